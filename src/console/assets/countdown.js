// Shows how long the session still lasts. Without this script the page says the time at which it ends.
const line = document.querySelector("[data-session-ends-in]");
if (line !== null) {
  const soon = document.querySelector("[data-session-soon]");
  let end = Date.now() + Number(line.dataset.sessionEndsIn);

  /** Another window may have gone on meanwhile: asks, without being of use to the session. */
  const askAgain = async () => {
    const answer = await fetch("/console/session").catch(() => undefined);
    return answer?.ok ? (await answer.json()).endsIn : 0;
  };

  const tick = async () => {
    if (Date.now() >= end) end = Date.now() + (await askAgain());
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left <= 0) {
      location.assign("/console/log-in?ended");
      return;
    }
    line.textContent = line.dataset.left.replace("{left}", `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
    soon.hidden = left > 120;
    setTimeout(tick, 1000);
  };
  void tick();
}
