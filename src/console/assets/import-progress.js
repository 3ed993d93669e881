// Follows an import without being of use to the session. Without this script the page has a link that reads it again.
const line = document.querySelector("[data-import-progress]");
if (line !== null) {
  const look = async () => {
    const answer = await fetch(line.dataset.importProgress, { redirect: "manual" }).catch(() => undefined);
    if (answer?.ok) {
      const { stage, sentence } = await answer.json();
      // What comes next has another page.
      if (stage !== line.dataset.stage) {
        location.reload();
        return;
      }
      if (line.textContent !== sentence) line.textContent = sentence;
    }
    // The session has ended, and the countdown leads on.
    if (answer?.type !== "opaqueredirect") setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
}
