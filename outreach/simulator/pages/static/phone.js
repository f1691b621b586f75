// The phone's screen: draws what the server says, sends what the person does. No libraries.
"use strict";

const $ = (id) => document.getElementById(id);
const bench = $("bench");
const home = bench.dataset.home;
const memory = "taken" + bench.dataset.number;
const CALL_NOTES = { missed: "Missed call", busy: "Busy" };
const LINES = new Set(["heard", "pressed", "spoke", "bridged", "machine", "hung_up"]);

let next = 0;
let taken = false;
let contact = "";
let day = "";
let conversation = [];
let heard = [];
let liveSid = "";
let polling = 0;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

async function command(name, body = {}) {
  $("problem").textContent = "";
  try {
    const reply = await fetch(`${home}/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...body, since: next }),
    });
    const answer = await reply.json();
    if (!reply.ok) throw new Error(answer.error || "That did not work.");
    draw(answer);
  } catch (error) {
    $("problem").textContent = error instanceof TypeError ? "The simulator does not answer." : error.message;
  }
}

async function poll() {
  clearTimeout(polling);
  let wait = 700;
  try {
    const reply = await fetch(`${home}/state?since=${next}`);
    if (reply.ok) draw(await reply.json());
  } catch {
    wait = 3000;
  }
  polling = setTimeout(poll, liveSid ? 350 : wait);
}

// -- drawing
function draw(state) {
  const fresh = state.entries.filter((entry) => entry.n >= next);
  next = Math.max(next, state.next);
  taken = state.taken;
  $("clock").textContent = `${state.now.day}, ${state.now.time} (${state.now.zone.replace("_", " ")})`;
  $("bar-time").textContent = state.now.time;
  drawOwner(state);
  drawContacts(state);
  for (const entry of fresh) keep(entry);
  drawCall(state.call);
}

function drawOwner(state) {
  $("owner-title").textContent = taken ? "You hold this phone" : "Owner";
  const owner = state.persona.name ? `${capital(state.persona.name)}: ${state.persona.about}.` : "Nobody has called or written here yet.";
  $("owner").textContent = taken ? "Texts and calls reach you. The owner does nothing until you put the phone down." : owner;
  $("take").textContent = taken ? "Put the phone down" : "Pick up this phone";
  $("take").classList.toggle("on", taken);
  $("hint").textContent = taken ? "Leave this page open: a call rings here." : "You watch. Pick the phone up to reply and to take calls yourself.";
}

function drawContacts(state) {
  const select = $("contact");
  const known = [...select.options].map((option) => option.value).join();
  if (known !== state.senders.map((sender) => sender.e164).join()) {
    select.replaceChildren(...state.senders.map((sender) => new Option(sender.shown, sender.e164)));
    contact = "";
  }
  if (!contact && state.contact) {
    contact = select.value = state.contact;
    redraw();
  }
}

function keep(entry) {
  conversation.push(entry);
  heard = heard.filter((line) => line.sid === liveSid || line.sid === entry.sid);
  if (LINES.has(entry.kind)) heard.push(entry);
  if (entry.other === contact) show(entry, true);
}

function redraw() {
  $("thread").replaceChildren();
  day = "";
  const here = conversation.filter((entry) => entry.other === contact);
  for (const entry of here) show(entry, false);
  if (!$("thread").children.length) $("thread").append(element("li", "blank", "No messages yet."));
  toEnd($("thread"));
}

function show(entry, scroll) {
  const thread = $("thread");
  const row = thread_row(entry);
  if (!row) return;
  thread.querySelector(".blank")?.remove();
  const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 120;
  if (entry.day !== day) {
    day = entry.day;
    thread.append(element("li", "day", day));
  }
  if (row.parentElement !== thread) thread.append(row);
  if (entry.kind === "text_in" || entry.kind === "text_out") {
    thread.append(element("li", entry.kind === "text_out" ? "stamp right" : "stamp", entry.time));
  }
  if (scroll && atEnd) toEnd(thread);
}

function thread_row(entry) {
  if (entry.kind === "text_in") return element("li", "bubble in", entry.text);
  if (entry.kind === "text_out") return element("li", "bubble out", entry.text);
  if (entry.kind in CALL_NOTES) return element("li", `note ${entry.kind}`, `${CALL_NOTES[entry.kind]}, ${entry.time}`);
  if (entry.kind === "answered" || entry.kind === "machine") return record(entry);
  const open = document.getElementById(`call-${entry.sid}`);
  const words = open && line_of(entry);
  if (words) open.append(element("p", entry.kind === "heard" ? "line" : "line key", words));
  return null;
}

function record(entry) {
  const row = element("li", "said");
  const details = element("details");
  details.id = `call-${entry.sid}`;
  const summary = element("summary");
  summary.append(element("span", "", entry.kind === "machine" ? `Voicemail took a call, ${entry.time}` : `Call, ${entry.time}`));
  details.append(summary);
  row.append(details);
  return row;
}

function line_of(entry) {
  const who = { voicemail: "Left on voicemail: ", greeting: "Talked over the greeting: ", agent: "To the agent: " };
  if (entry.kind === "heard") return (who[entry.by] || "") + entry.text;
  if (entry.kind === "pressed") return `Pressed ${entry.text}`;
  if (entry.kind === "spoke") return `Said: ${entry.text}`;
  if (entry.kind === "bridged") return "Connected to an agent";
  if (entry.kind === "hung_up") return "Hung up";
  return "";
}

function drawCall(call) {
  const screen = $("call");
  const shown = call && call.status !== "queued" && (call.mine || call.status === "in-progress");
  if (!shown) {
    if (!screen.hidden) $("text").focus();
    screen.hidden = true;
    liveSid = "";
    $("messages").inert = false;
    return;
  }
  const ringing = call.status === "ringing";
  const mine = call.mine;
  if (liveSid !== call.sid) {
    liveSid = call.sid;
    $("transcript").replaceChildren();
    drawn.clear();
  }
  const appears = screen.hidden;
  const was = screen.classList.contains("ringing");
  screen.hidden = false;
  $("messages").inert = true;
  screen.classList.toggle("ringing", ringing && call.incoming);
  $("call-kind").textContent = call.incoming ? "Incoming call" : "Outgoing call";
  $("call-other").textContent = call.other;
  $("call-status").textContent = status_of(call);
  $("talk").hidden = ringing || !mine;
  $("answer").hidden = !(ringing && call.incoming);
  $("decline").hidden = !mine;
  $("decline-word").textContent = ringing && call.incoming ? "Decline" : "Hang up";
  drawTranscript();
  if (mine && (appears || was !== (ringing && call.incoming))) {
    (ringing && call.incoming ? $("answer") : document.querySelector("[data-key='1']")).focus();
  }
}

const drawn = new Set();

function drawTranscript() {
  const list = $("transcript");
  for (const entry of heard) {
    if (entry.sid !== liveSid || drawn.has(entry.n)) continue;
    drawn.add(entry.n);
    const words = line_of(entry);
    const kind = { heard: "", pressed: "me", spoke: "me" }[entry.kind] ?? "sys";
    if (words) list.append(element("li", kind, entry.kind === "heard" ? entry.text : words));
    toEnd(list);
  }
}

function status_of(call) {
  if (call.status === "ringing") return call.incoming ? "is calling" : "Calling…";
  const time = `${Math.floor(call.seconds / 60)}:${String(call.seconds % 60).padStart(2, "0")}`;
  if (call.machine) return `Voicemail, ${time}`;
  if (call.waiting === "dial") return `Connecting you, ${time}`;
  if (call.waiting === "bridge") return `With an agent, ${time}`;
  return call.mine ? time : `The owner is on the phone, ${time}`;
}

function toEnd(list) { list.scrollTop = list.scrollHeight; }
function capital(words) { return words.charAt(0).toUpperCase() + words.slice(1); }

// -- doing
function take(on) {
  if (on) sessionStorage.setItem(memory, "yes");
  else sessionStorage.removeItem(memory);
  return command(on ? "take" : "release");
}

$("take").addEventListener("click", () => take(!taken));
$("contact").addEventListener("change", (event) => { contact = event.target.value; redraw(); });
$("ring").addEventListener("click", () => { sessionStorage.setItem(memory, "yes"); command("call", { to: contact }); });
$("answer").addEventListener("click", () => command("answer"));
$("decline").addEventListener("click", () => command("hang_up"));
document.querySelectorAll("[data-key]").forEach((key) =>
  key.addEventListener("click", () => command("press", { key: key.dataset.key })));
$("speak").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("words").value.trim();
  $("words").value = "";
  if (text) command("say", { text });
});
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  sessionStorage.setItem(memory, "yes");
  command("send", { text, to: contact });
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (!$("call").hidden && !typing && /^[0-9*#]$/.test(event.key)) command("press", { key: event.key });
});
// A closed page must not leave calls ringing at a phone nobody holds.
window.addEventListener("pagehide", () => {
  if (taken) navigator.sendBeacon(`${home}/release`, new Blob(["{}"], { type: "application/json" }));
});
window.addEventListener("pageshow", (event) => { if (event.persisted) poll(); });

draw(JSON.parse($("start").textContent));
if (!contact) redraw();
if (sessionStorage.getItem(memory)) take(true);
poll();
