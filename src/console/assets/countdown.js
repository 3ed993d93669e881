// Shows how long the session still lasts, and keeps what was typed when it is over. Without this script the page says the time at which it ends.
const line = document.querySelector("[data-session-ends-in]");
if (line !== null) {
  const SOON = 120_000;
  // What a search found is not kept for its few words.
  const WRITTEN = "form[method=post]:not([role=search])";
  const begins = Number(line.dataset.sessionEndsIn);
  // Typing is told once a minute; more often only where sessions end so soon that this would be too late.
  const PAUSE = Math.min(60_000, begins / 2);
  const soon = document.querySelector(".session-soon [role=status]");
  const stay = document.querySelector(".session-soon button");
  const over = document.querySelector("[data-session-over]")?.content.firstElementChild;
  // Found now: while the page is covered they stand in no document.
  const formTokens = document.querySelectorAll("[name=formToken]");
  let end = Date.now() + begins;
  let usedAt = Date.now();
  let longest = false;
  let typedIn;

  /** What the server says; undefined when it can't be asked, or doesn't know the form's token. */
  const ask = (init) =>
    fetch("/console/session", init)
      .then((answer) => (answer.ok ? answer.json() : undefined))
      .catch(() => undefined);

  /** A session of somebody else is none to this page. */
  const take = ({ endsIn, holder, formToken }) => {
    const ours = holder === line.dataset.holder;
    end = Date.now() + (ours ? endsIn : 0);
    if (ours && formToken !== undefined) for (const field of formTokens) field.value = formToken;
  };

  /** Another window may have gone on meanwhile: asks, without being of use to the session. */
  const look = async () => {
    const told = await ask();
    if (told === undefined) return;
    take(told);
    longest = false;
  };

  const say = () => ask({ method: "POST", body: new URLSearchParams({ formToken: formTokens[0].value }) });
  const use = async () => {
    usedAt = Date.now();
    let told = await say();
    if (told === undefined) {
      // The account may have logged in anew in another tab: its session has another token.
      await look();
      if (Date.now() < end) told = await say();
    }
    if (told === undefined) return;
    take(told);
    // Less than a page begins with: the hours are full after which every session ends.
    longest = told.endsIn < begins - 1000;
  };

  const draw = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    line.textContent = line.dataset.left.replace("{left}", `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
    const isSoon = left * 1000 <= SOON;
    const sentence = isSoon ? soon.dataset[longest ? "longest" : "soon"] : "";
    // Said once, not every second.
    if (soon.textContent !== sentence) soon.textContent = sentence;
    stay.hidden = !isSoon || longest;
  };

  const tick = async () => {
    if (Date.now() >= end) await look();
    if (Date.now() >= end) return leave();
    draw();
    setTimeout(tick, 1000);
  };

  /** Now, or before: a form that had faults came back with it. */
  const wasTyped = () =>
    typedIn !== undefined ||
    [...document.querySelectorAll(`main ${WRITTEN} :is(textarea, [type=text]:not([readonly]))`)].some(({ value }) => value !== "");

  const leave = () => {
    if (over === undefined || !wasTyped()) return location.assign("/console/log-in?ended");
    const covered = [...document.body.childNodes];
    document.body.replaceChildren(over);
    over.focus();
    const said = over.querySelector("[role=status]");
    over.querySelector("button").onclick = async () => {
      said.textContent = "";
      await look();
      // Pressed twice.
      if (!over.isConnected) return;
      if (Date.now() >= end) {
        said.textContent = said.dataset.notYet;
        return;
      }
      document.body.replaceChildren(...covered);
      typedIn?.focus();
      void tick();
    };
  };

  document.addEventListener("input", ({ target }) => {
    if (target.form?.matches(WRITTEN)) typedIn = target;
    if (Date.now() - usedAt >= PAUSE) void use();
  });
  stay.addEventListener("click", async () => {
    await use();
    draw();
    // The button goes, and the focus would with it.
    (typedIn ?? document.querySelector("main")).focus({ preventScroll: true });
  });
  void tick();
}
