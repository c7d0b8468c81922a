"use strict";
(() => {
  const STEP = 100;
  const table = document.getElementById("board");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells].map((cell, index) => ({
    cell, index,
    name: cell.textContent,
    number: cell.classList.contains("right"),
    filter: "filter" in cell.dataset,
  }));
  const value = (text, number) => {
    if (!number) return text;
    const read = parseFloat(text.replaceAll(",", ""));
    return Number.isNaN(read) ? null : read;
  };
  const rows = [...body.rows].map((row) => ({
    row,
    texts: [...row.cells].map((cell) => (cell.firstChild ? cell.firstChild.textContent : "").trim()),
  }));
  const state = { sort: -1, ascending: false, filters: new Map(), limit: STEP };

  const made = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const ordered = (a, b, number) =>
    number ? a - b : a.localeCompare(b, "en", { numeric: true });
  const choice = (label, options) => {
    const id = `choose-${label.toLowerCase().replaceAll(" ", "-")}`;
    const select = made("select", { id });
    for (const [key, text] of options) select.append(made("option", { value: key }, text));
    return { select, box: made("div", {}, made("label", { htmlFor: id }, label), select) };
  };

  const filters = heads.filter((head) => head.filter).map((head) => {
    const texts = [...new Set(rows.map((each) => each.texts[head.index]))];
    texts.sort((a, b) => ordered(value(a, head.number), value(b, head.number), head.number));
    return { head, ...choice(head.name, [["", "all"], ...texts.map((text) => [text, text])]) };
  });
  const sorting = choice("Sort by", [["-1", "as published"], ...heads.map((h) => [String(h.index), h.name])]);
  const reset = made("button", { type: "button" }, "Show all");
  const count = made("p", { className: "weak" });
  count.setAttribute("role", "status");
  const tools = document.getElementById("tools");
  tools.className = "tools";
  tools.append(...filters.map((each) => each.box), sorting.box, reset, count);
  const more = made("button", { type: "button" });
  document.getElementById("more").append(more);

  const shown = () => {
    const kept = rows.filter(({ texts }) =>
      [...state.filters].every(([index, text]) => texts[index] === text));
    const head = heads[state.sort];
    if (!head) return kept;
    const sign = state.ascending ? 1 : -1;
    const key = ({ texts }) => value(texts[head.index], head.number);
    return kept.map((each) => [key(each), each]).sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * ordered(a, b, head.number);
    }).map(([, each]) => each);
  };

  const draw = () => {
    const kept = shown();
    body.replaceChildren(...kept.slice(0, state.limit).map((each) => each.row));
    count.textContent = `${kept.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
    const left = kept.length - state.limit;
    more.hidden = left <= 0;
    more.textContent = `Show ${Math.min(left, STEP)} more`;
    for (const head of heads) {
      if (head.index === state.sort) {
        head.cell.setAttribute("aria-sort", state.ascending ? "ascending" : "descending");
      } else head.cell.removeAttribute("aria-sort");
    }
    sorting.select.value = String(state.sort);
    for (const { head, select } of filters) select.value = state.filters.get(head.index) ?? "";
  };

  /* What is chosen stands in the address, so that it can be sent to somebody. */
  const save = () => {
    const words = new URLSearchParams();
    for (const [index, text] of state.filters) words.set(heads[index].name, text);
    if (heads[state.sort]) words.set(state.ascending ? "up" : "down", heads[state.sort].name);
    history.replaceState(null, "", words.size ? `#${words}` : location.pathname + location.search);
  };
  const load = () => {
    const words = new URLSearchParams(location.hash.slice(1));
    state.filters.clear();
    for (const { head, select } of filters) {
      const text = words.get(head.name);
      if (text && [...select.options].some((each) => each.value === text)) state.filters.set(head.index, text);
    }
    const named = (name) => heads.findIndex((head) => head.name === name);
    state.ascending = words.has("up");
    state.sort = named(words.get("up") ?? words.get("down"));
  };
  const changed = () => {
    state.limit = STEP;
    draw();
    save();
  };
  const sortBy = (index) => {
    state.ascending = state.sort === index ? !state.ascending : index >= 0 && !heads[index].number && heads[index].filter;
    state.sort = index;
    changed();
  };

  for (const head of heads) {
    const button = made("button", { type: "button" }, head.name);
    button.addEventListener("click", () => sortBy(head.index));
    head.cell.replaceChildren(button);
  }
  for (const { head, select } of filters) {
    select.addEventListener("change", () => {
      if (select.value) state.filters.set(head.index, select.value);
      else state.filters.delete(head.index);
      changed();
    });
  }
  sorting.select.addEventListener("change", () => sortBy(Number(sorting.select.value)));
  reset.addEventListener("click", () => {
    state.filters.clear();
    state.sort = -1;
    changed();
  });
  more.addEventListener("click", () => {
    state.limit += STEP;
    draw();
  });
  addEventListener("hashchange", () => { load(); draw(); });
  load();
  if (filters.some(({ head }) => head.name === "Workload") && !location.hash) {
    const workload = heads.find((head) => head.name === "Workload");
    state.filters.set(workload.index, rows[0].texts[workload.index]);
  }
  draw();
})();
