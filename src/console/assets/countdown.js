// Shows how long the session still lasts. Without this script the page says the time at which it ends.
const line = document.querySelector("[data-session-ends-in]");
if (line !== null) {
  const soon = document.querySelector("[data-session-soon]");
  let end = Date.now() + Number(line.dataset.sessionEndsIn);

  const tick = async () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left <= 0) {
      // Another window may have gone on meanwhile: ask, without being of use to the session.
      const answer = await fetch("/console/session").catch(() => undefined);
      const { endsIn = 0 } = answer?.ok ? await answer.json() : {};
      if (endsIn <= 0) {
        location.assign("/console/log-in?ended");
        return;
      }
      end = Date.now() + endsIn;
    }
    const minutes = Math.max(0, Math.floor(left / 60));
    line.textContent = line.dataset.left.replace("{left}", `${minutes}:${String(Math.max(0, left % 60)).padStart(2, "0")}`);
    soon.hidden = left > 120;
    setTimeout(tick, 1000);
  };
  void tick();
}
