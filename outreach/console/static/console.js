"use strict";
// The board asks for itself anew; everything else is a plain page. While somebody is in it with the keyboard, or has
// marked some of it, it stands still.
const board = document.querySelector("[data-refresh]");
if (board) {
  const every = Number(board.dataset.every);
  const inUse = () => board.contains(document.activeElement) || String(getSelection()) !== "";
  const again = async () => {
    try {
      const answer = document.hidden || inUse() ? null : await fetch(board.dataset.refresh);
      if (answer && answer.redirected) location.reload(); // signed out meanwhile: to the sign-in
      else if (answer && answer.ok) {
        const fresh = await answer.text();
        if (!inUse()) board.innerHTML = fresh;
      }
    } catch (_) { /* the server is away: the next turn asks again */ }
    setTimeout(again, every);
  };
  setTimeout(again, every);
}
