"use strict";

// Tables whose rows can be put into any order sort by a click on a heading: largest or
// first first, then the other way, then as they were.
for (const table of document.querySelectorAll("table[data-sorts]")) {
	const body = table.tBodies[0];
	const asWritten = [...body.rows];
	const heads = [...table.tHead.rows[0].cells];
	const words = new Intl.Collator("en", { numeric: true });

	// keyOf is a number, a text, or null where there is nothing to sort by.
	const keyOf = (row, i) => {
		const cell = row.cells[i];
		if (cell.dataset.value !== undefined) return Number(cell.dataset.value);
		const text = cell.textContent.trim();
		return text === "" || text === "–" ? null : text;
	};

	const compare = (a, b, sign) => {
		if (a === null || b === null) return (a === null) - (b === null); // at the end either way
		if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
		return sign * (typeof a === "number" ? a - b : words.compare(a, b));
	};

	const sort = (i) => {
		const rows = asWritten.map((row) => ({ row, key: keyOf(row, i) }));
		const numbers = rows.some(({ key }) => typeof key === "number");
		const order = numbers ? ["descending", "ascending"] : ["ascending", "descending"];
		const next = order[order.indexOf(heads[i].getAttribute("aria-sort")) + 1];
		for (const head of heads) head.removeAttribute("aria-sort");
		if (next) {
			heads[i].setAttribute("aria-sort", next);
			rows.sort((a, b) => compare(a.key, b.key, next === "ascending" ? 1 : -1));
		}
		body.append(...rows.map(({ row }) => row));
	};

	heads.forEach((head, i) => {
		if (head.tagName !== "TH") return;
		const button = document.createElement("button");
		button.type = "button";
		button.title = "Sort by this column";
		head.dataset.text = head.textContent;
		button.append(...head.childNodes);
		head.append(button);
		button.addEventListener("click", () => sort(i));
	});
}

// Only what scrolls needs to be reached by the keyboard.
const fit = () => {
	for (const box of document.querySelectorAll(".scroll, pre")) {
		if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
		else box.removeAttribute("tabindex");
	}
};
fit();
window.addEventListener("resize", fit);
document.addEventListener("toggle", fit, true);

// On paper nothing can be unfolded; of derivations those are there that the reader has
// unfolded.
const folded = [];
window.addEventListener("beforeprint", () => {
	for (const details of document.querySelectorAll("details.fold:not([open])")) {
		details.open = true;
		folded.push(details);
	}
});
window.addEventListener("afterprint", () => {
	for (const details of folded.splice(0)) details.open = false;
});
