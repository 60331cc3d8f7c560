// The page of a browser: opens the stream of its page and writes down what comes. All words and
// times come from the program as text; nothing here computes with them. Without a state for three
// seconds the page says so, and goes on trying.
"use strict";

(() => {
  const LOST_MS = 2500;
  const RETRY_MS = 1000;
  const TOKEN = "handover-token";

  const $ = (id) => document.getElementById(id);
  const path = location.pathname;
  const page = path === "/timer" ? "timer"
    : path === "/sheet" ? "sheet"
    : path === "/crew" ? "list"
    : path.startsWith("/crew/") ? "crew"
    : "board";
  const department = page === "crew" ? decodeURIComponent(path.slice("/crew/".length)) : null;

  let token = sessionStorage.getItem(TOKEN) || "";
  let last = null;
  let lastAt = 0;
  let isLost = false;
  let isAsking = false;
  let sheet = null;
  let sheetVersion = null;
  let moment = null;
  let armedUntil = 0;

  // Elements are made here and never of text that could be markup.
  function make(tag, about, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(about || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat()) {
      if (child !== null && child !== undefined && child !== false) element.append(child);
    }
    return element;
  }

  function text(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }

  function show(element, is) {
    if (element.hidden === is) element.hidden = !is;
  }

  // Keeps what has not changed: a screen reader starts again at whatever is replaced.
  function fill(element, children) {
    const wanted = children.flat().filter((child) => child);
    const had = [...element.children];
    wanted.forEach((child, at) => {
      const old = had[at];
      if (!old) element.append(child);
      else if (!old.isEqualNode(child)) {
        if (old.contains(document.activeElement) && old.tagName === child.tagName) {
          patch(old, child);
        } else old.replaceWith(child);
      }
    });
    had.slice(wanted.length).forEach((old) => old.remove());
  }

  // The same elements with other words: what has the focus keeps it.
  function patch(old, fresh) {
    if (old.childElementCount !== fresh.childElementCount || old.tagName !== fresh.tagName) {
      old.replaceWith(fresh);
      return;
    }
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) === value) continue;
      // The policy of the page allows no style as an attribute.
      if (name === "style") old.style.cssText = fresh.style.cssText;
      else old.setAttribute(name, value);
    }
    if (!fresh.childElementCount) {
      text(old, fresh.textContent);
      return;
    }
    [...fresh.children].forEach((child, at) => {
      const was = old.children[at];
      if (was && !was.isEqualNode(child)) patch(was, child);
    });
  }

  function chars(element, count) {
    element.style.setProperty("--chars", String(Math.max(count, 2)));
    return element;
  }

  function badge(words, colour) {
    return words ? make("span", { class: `badge ${colour}` }, words) : null;
  }

  function figure(of, isLarge) {
    if (!of) return null;
    const colour = of.near === "warn" || of.alert === "HELD" ? "amber" : "red";
    // Digits that show what has passed have what is left beside them.
    const tail = of.left ? make("span", { class: "left" }, of.left) : of.verb;
    const caption = make("p", { class: "caption" }, badge(of.alert, colour), of.alert ? " " : null,
      of.of, tail ? " " : null, tail || null);
    const digits = chars(make("p", { class: "digits", role: "timer", "aria-live": "off" }, of.text), of.widest);
    const bar = of.done === null || isLarge ? null
      : make("div", { class: "bar" }, make("progress", { max: "1", value: of.done.toFixed(3), "aria-label": `of ${of.whole}` }));
    return make("section", { class: `figure ${of.near === "far" ? "" : of.near}`, "aria-label": of.left ? "Time elapsed" : "Time left" }, digits, caption, bar);
  }

  // The large words where no countdown runs.
  function standing(state) {
    const [word, caption] = {
      waiting: ["WAITING", "for the show"],
      before: ["NOT BEGUN", ""],
      on: ["ON", ""],
      gap: ["PAUSE", ""],
      ended: state.ended ? [state.ended.over, `ended ${state.ended.at}, ${state.ended.word}`] : ["ENDED", ""],
    }[state.stage];
    return make("section", { class: "figure" },
      chars(make("p", { class: "digits" }, word), Math.max(word.length * 1.35, 5)), make("p", { class: "caption soft" }, caption));
  }

  function cue(number, title) {
    return [number ? make("span", { class: "number" }, number) : null, title === null ? "—" : title];
  }

  function board(state) {
    const on = state.segment && make("section", { class: "panel" },
      make("h2", {}, make("span", {}, badge("On", "red"), " ", state.segment.title),
        make("span", { class: "soft" }, `${state.segment.left} ${state.segment.near === "over" ? "over" : "left"}`)),
      state.on.map((one) => make("p", { class: "big" }, cue(one.number, one.title))));
    const next = state.next;
    const coming = make("section", { class: "panel" },
      make("h2", {}, make("span", {}, badge("Next", "quiet"), next && next.segment ? ` ${next.segment}` : ""),
        make("span", { class: "soft" }, next && next.at ? next.at : "")),
      next && next.cue ? make("p", { class: "big" }, cue(next.number, next.title)) : null,
      next ? null : make("p", { class: "soft" }, "nothing more is planned"),
      make("ol", { class: "rows" }, state.later.slice(0, 6).map((one) =>
        make("li", {}, one.at ? make("span", { class: "at" }, one.at) : null, make("span", { class: "what" }, one.title)))));
    const clocks = state.clocks.length ? make("p", { class: "times" },
      state.clocks.map((one) => make("span", {}, `${one.label} ${one.time}`))) : null;
    return [figure(state.figure) || standing(state), on, coming, clocks];
  }

  function timer(state) {
    return [figure(state.timer, true) || standing(state)];
  }

  const LEADS = {
    standby: "Stand by for", ready: "Standing by for", go: "Now", call: "You are the next call",
    coming: "You are next in", nothing: "", ended: "",
  };

  function crew(state) {
    const now = state.cue;
    const word = {
      standby: "STANDBY", ready: "READY", go: "GO", nothing: "DONE", ended: "ENDED",
    }[state.moment] || (now && now.left ? now.left : "NOW");
    // Capitals are wider than figures.
    const isWord = /[A-Z]/.test(word);
    const large = chars(make("p", { class: "word" }, word), Math.max(word.length * (isWord ? 1.15 : 1), 4));
    const about = make("section", { class: `moment ${state.moment}`, "aria-label": "Your cue" },
      LEADS[state.moment] ? make("p", { class: "lead" }, LEADS[state.moment]) : null,
      large,
      now ? make("p", { class: "cue" }, cue(now.number, now.title)) : make("p", { class: "cue soft" }, `no cue to come needs ${state.department}`));
    const answers = make("div", { class: "actions" },
      state.moment === "standby" ? make("button", { class: "ready", type: "button", "data-do": "ready" }, "✓ Ready") : null,
      state.moment === "ready" ? make("button", { class: "quiet", type: "button", "data-do": "unready" }, "✕ Not ready after all") : null,
      make("button", { class: "wrong", type: "button", "data-do": "warn", disabled: state.warning },
        state.warning ? "⚠ The caller has been told" : performance.now() < armedUntil ? "⚠ Press again: tell the caller" : "⚠ Something is wrong"));
    const later = state.later.length ? make("section", { class: "panel" }, make("h2", {}, "Then"),
      make("ol", { class: "rows" }, state.later.slice(0, 12).map((one) => make("li", {},
        make("span", { class: "left" }, one.left || "now"), make("span", { class: "what" }, cue(one.number, one.title)),
        make("span", { class: "at" }, one.at))))) : null;
    return [about, answers, later];
  }

  function list(state) {
    return [make("h2", {}, "Departments"), make("div", { class: "links" }, state.departments.map((one) =>
      make("a", { href: `/crew/${encodeURIComponent(one.id)}` }, one.name))),
      state.departments.length ? null : make("p", { class: "soft" }, "The show has no departments.")];
  }

  function sheetOf(of, state) {
    const on = new Set((state ? state.on : []).map((one) => one.number).filter((number) => number));
    const head = make("section", {}, make("h2", {}, "Call sheet"),
      make("p", { class: "times" }, of.facts.map(([label, words]) => make("span", {}, `${label}: ${words}`))));
    return [head, of.segments.map((segment) => make("section", {},
      segment.act ? make("h2", { class: "act" }, segment.act, " ", make("span", { class: "soft" }, segment.act_length)) : null,
      make("table", {}, make("caption", {}, make("span", { class: "number" }, segment.planned), segment.title, " ",
        make("span", { class: "soft" }, segment.length)),
        segment.cues.length ? make("thead", {}, make("tr", {}, ["Time", "Cue", "Title", "Length"].map((word) => make("th", { scope: "col" }, word)))) : null,
        make("tbody", {}, segment.cues.map((one) => make("tr", { class: on.has(one.number) ? "on" : null },
          make("td", {}, one.planned), make("td", {}, one.number),
          make("td", {}, on.has(one.number) ? "▶ " : null, one.title, one.source ? " " : null, badge(one.source, "quiet"), on.has(one.number) ? make("span", { class: "visually-hidden" }, " on air") : null),
          make("td", {}, one.length || "")))))))];
  }

  function draw() {
    const state = last;
    if (isAsking || !state) return;
    text($("title"), state.title || "");
    text($("where"), page === "crew" ? state.department : page === "timer" ? "Timer" : page === "sheet" ? "Sheet" : "Board");
    text($("time"), state.time);
    text($("badge"), state.badge || "");
    show($("badge"), Boolean(state.badge));
    show($("held"), state.held);
    const message = $("message");
    text(message.querySelector("p"), state.message || "");
    chars(message.querySelector("p"), (state.message || "").length);
    show(message, Boolean(state.message));
    document.body.classList.toggle("says", Boolean(state.message));
    const parts = page === "crew" ? crew(state) : page === "timer" ? timer(state)
      : page === "sheet" ? (sheet ? sheetOf(sheet, state) : []) : board(state);
    fill($("main"), parts);
    document.title = titleOf(state);
    if (page === "crew") tell(state);
    if (page === "sheet" && state.sheet !== sheetVersion) fetchSheet(state.sheet);
  }

  function titleOf(state) {
    if (page === "crew") {
      const word = { standby: "STANDBY", ready: "READY", go: "GO" }[state.moment];
      return `${word ? `${word} · ` : ""}${state.department} · ${state.title} · handover`;
    }
    return `${state.title || "handover"} · handover`;
  }

  // A department hears what changes, and not every second of a countdown.
  function tell(state) {
    const key = `${state.moment} ${state.cue ? state.cue.number : ""}`;
    if (key === moment) return;
    const isFirst = moment === null;
    moment = key;
    const number = state.cue ? `cue ${state.cue.number}` : "";
    const words = {
      standby: `Standby, ${number}.`, ready: `You are ready for ${number}.`, go: `Go, ${number}.`,
      call: `The next call is yours, ${number}.`, coming: "", nothing: "", ended: "The show has ended.",
    }[state.moment];
    // Without words of its own, a moment takes away those of the one before.
    if (words || !isFirst) say(words);
    if (state.moment === "standby" && !isFirst && navigator.vibrate
      && navigator.userActivation && navigator.userActivation.hasBeenActive) navigator.vibrate([200, 100, 200]);
  }

  function say(words) {
    text($("said"), words);
  }

  // ── the connection ──

  function headers() {
    return token ? { Authorization: `Bearer ${token}` } : {};
  }

  function lose(why) {
    isLost = true;
    document.body.classList.add("lost-now");
    text($("lost"), why || "✕ Connection lost. Nothing on this page is current; it comes back by itself.");
    show($("lost"), true);
  }

  function found() {
    if (isLost) {
      isLost = false;
      document.body.classList.remove("lost-now");
      show($("lost"), false);
    }
  }

  setInterval(() => {
    if (!isAsking && performance.now() - lastAt > LOST_MS && !isLost && page !== "list") lose();
  }, 250);

  async function refusal(response) {
    try {
      return (await response.json()).error || response.statusText;
    } catch {
      return response.statusText;
    }
  }

  async function follow() {
    const query = page === "crew" ? `crew=${encodeURIComponent(department)}` : "board";
    const stop = new AbortController();
    let heardAt = performance.now();
    // A line that is dead without a word is given up, so that another one is opened.
    const watch = setInterval(() => {
      if (performance.now() - heardAt > LOST_MS + RETRY_MS) stop.abort();
    }, 500);
    try {
      const response = await fetch(`/api/events?${query}`, { headers: headers(), cache: "no-store", signal: stop.signal });
      if (response.status === 401) {
        ask();
        return;
      }
      if (!response.ok) {
        lose(await refusal(response));
        return;
      }
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let kept = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        heardAt = performance.now();
        kept += value;
        const events = kept.split("\n\n");
        kept = events.pop();
        const newest = events.filter((event) => event.startsWith("data: ")).pop();
        if (!newest) continue;
        last = JSON.parse(newest.slice("data: ".length));
        lastAt = heardAt;
        found();
        draw();
      }
    } catch {
      // The line is gone: the next one says how it is.
    } finally {
      clearInterval(watch);
    }
  }

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  async function run() {
    lastAt = performance.now();
    while (!isAsking) {
      if (page === "list") await fetchList();
      else await follow();
      await pause(isAsking ? 0 : page === "list" ? 5 * RETRY_MS : RETRY_MS);
    }
  }

  async function get(url) {
    const response = await fetch(url, { headers: headers(), cache: "no-store" });
    if (response.status === 401) ask();
    return response.ok ? response.json() : null;
  }

  async function fetchSheet(version) {
    sheetVersion = version;
    try {
      sheet = await get("/api/sheet") || sheet;
      draw();
    } catch {
      sheetVersion = null;
    }
  }

  async function fetchList() {
    try {
      const state = await get("/api/departments");
      if (!state) return;
      found();
      text($("title"), state.title);
      text($("where"), "Crew");
      document.title = `Crew · ${state.title} · handover`;
      fill($("main"), list(state));
    } catch {
      lose();
    }
  }

  async function post(url, body) {
    return fetch(url, {
      method: "POST", cache: "no-store", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", ...headers() },
    });
  }

  // ── what a department says ──

  $("main").addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button || isLost || !last) return;
    const wish = button.dataset.do;
    const number = last.cue ? last.cue.number : "";
    if (wish === "warn" && performance.now() > armedUntil) {
      armedUntil = performance.now() + 5000;
      draw();
      return;
    }
    armedUntil = 0;
    button.disabled = true;
    try {
      const response = wish === "warn" ? await post("/api/warn", { department: last.id })
        : await post("/api/ready", { department: last.id, cue: number, ready: wish === "ready" });
      say(response.ok ? { ready: `The caller sees: ready for cue ${number}.`, unready: `The caller sees: not ready for cue ${number}.`, warn: "The caller has been told." }[wish]
        : `Not done: ${await refusal(response)}`);
      if (response.status === 401) ask();
    } catch {
      say("Not done: the connection is lost. Tell the caller.");
    }
    button.disabled = false;
  });

  // ── the passcode ──

  function ask(words) {
    isAsking = true;
    token = "";
    sessionStorage.removeItem(TOKEN);
    text($("where"), "handover");
    const input = make("input", { id: "passcode", type: "password", autocomplete: "current-password", required: true, autocapitalize: "off" });
    const enter = async (event) => {
      event.preventDefault();
      try {
        const response = await post("/api/login", { passcode: input.value });
        if (!response.ok) return ask(`${await refusal(response)}`);
        token = (await response.json()).token;
        sessionStorage.setItem(TOKEN, token);
        isAsking = false;
        $("main").replaceChildren();
        say("");
        run();
      } catch {
        say("The connection is lost.");
      }
    };
    $("main").replaceChildren(make("form", { onsubmit: enter },
      make("label", { for: "passcode" }, "Passcode of this show"), input, make("button", { class: "ready", type: "submit" }, "Open")));
    say(words || "");
    input.focus();
  }

  document.body.classList.add(page);
  for (const link of $("nav").children) {
    const is = link.pathname === path || (link.pathname === "/crew" && page === "crew");
    if (is) link.setAttribute("aria-current", "page");
  }
  run();
})();
