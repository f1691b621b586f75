"use strict";
// The board asks for itself anew; everything else is a plain page.
const board = document.querySelector("[data-refresh]");
if (board) {
  const again = async () => {
    try {
      const answer = await fetch(board.dataset.refresh, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok && !answer.redirected) board.innerHTML = await answer.text();
    } catch (_) { /* the server is away: the next turn asks again */ }
    setTimeout(again, document.hidden ? 5000 : 1200);
  };
  setTimeout(again, 1200);
}
