// Browser opens pages of xbar report in headless Chromium and checks what a reader would
// notice: on a phone, on a desk, light and dark, and on paper. Usage:
//
//	go run ./.ci/browser -chromium /usr/bin/chromium -out DIR [-shots] PAGE.html...
//
// It talks to Chromium over a pipe, file descriptors 3 and 4, in JSON that ends with a
// zero (chromedevtools.github.io/devtools-protocol). PDFs go into DIR, and with -shots
// pictures, to be looked at.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

func main() {
	chromium := flag.String("chromium", "chromium", "the browser")
	out := flag.String("out", ".", "folder of PDFs and pictures")
	shots := flag.Bool("shots", false, "take pictures")
	flag.Parse()
	if err := run(*chromium, *out, *shots, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(1)
	}
}

func run(chromium, out string, shots bool, pages []string) error {
	profile, err := os.MkdirTemp("", "browser")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile)
	b, err := launch(chromium, profile)
	if err != nil {
		return err
	}
	defer b.close()
	var all error
	for _, page := range pages {
		if err := check(b, page, out, shots); err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", page, err))
		} else {
			fmt.Println("ok", filepath.Base(page))
		}
	}
	return all
}

// look is how a page is looked at.
type look struct {
	name          string
	width, height int
	phone         bool
	scheme        string
}

var looks = []look{
	{"phone", 390, 844, true, "light"},
	{"phone-dark", 390, 844, true, "dark"},
	{"desk", 1280, 900, false, "light"},
	{"desk-dark", 1280, 900, false, "dark"},
}

// check looks at one page in every way, and gives all that is wrong with it.
func check(b *browser, path, out string, shots bool) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(filepath.Base(path), ".html")
	var all error
	for _, l := range looks {
		t, err := b.open("file://"+path, l)
		if err != nil {
			return err
		}
		err = t.fits()
		if shots {
			err = errors.Join(err, t.shoot(filepath.Join(out, name+"-"+l.name)))
		}
		switch l.name {
		case "phone":
			err = errors.Join(err, t.colours(l.scheme), t.clicks(), t.keys(), t.sorts())
		case "desk-dark":
			err = errors.Join(err, t.colours(l.scheme))
		case "desk":
			err = errors.Join(err, t.named(), t.print(filepath.Join(out, name+".pdf")))
		}
		if err := errors.Join(err, t.quiet("file://"+path), t.close()); err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", l.name, err))
		}
	}
	return all
}

// fits errs if the page is wider than the screen.
func (t *tab) fits() error {
	var wide struct{ Page, Screen int }
	if err := t.eval(`({Page: document.documentElement.scrollWidth, Screen: document.documentElement.clientWidth})`, &wide); err != nil {
		return err
	}
	if wide.Screen == 0 || wide.Page > wide.Screen {
		return fmt.Errorf("the page is %d pixels wide, on a screen of %d", wide.Page, wide.Screen)
	}
	return nil
}

// colours errs if text cannot be read on what is behind it: a contrast of less than 4.5,
// as WCAG 2.1 has it.
func (t *tab) colours(scheme string) error {
	var bad []string
	err := t.eval(`(() => {
		const rgb = (c) => c.match(/[\d.]+/g).map(Number);
		const light = (c) => {
			const [r, g, b] = c.map((x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const behind = (e) => {
			for (; e; e = e.parentElement) {
				const c = rgb(getComputedStyle(e).backgroundColor);
				if (c.length === 3 || c[3] === 1) return c.slice(0, 3);
			}
			return [255, 255, 255];
		};
		const bad = new Set();
		for (const e of document.querySelectorAll("h1,h2,h3,h4,p,li,a,th,td,caption,summary span,pre,figcaption,small,button")) {
			if (!e.textContent.trim() || !e.getClientRects().length) continue;
			const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(behind(e))];
			const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
			if (contrast < 4.5) bad.add(e.tagName + " " + contrast.toFixed(2));
		}
		return [...bad];
	})()`, &bad)
	if err == nil && len(bad) > 0 {
		err = fmt.Errorf("%s: text that can hardly be read: %v", scheme, bad)
	}
	var dark bool
	return errors.Join(err, t.eval(`getComputedStyle(document.body).backgroundColor !== "rgb(255, 255, 255)"`, &dark),
		expect(dark == (scheme == "dark"), "the page is %s: dark = %v", scheme, dark))
}

func expect(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// state is what the first table that sorts shows.
type state struct {
	Sort string // aria-sort of the column
	Keys []float64
}

// firstColumn is that of the first table that sorts whose numbers differ.
const firstColumn = `(() => {
	for (const table of document.querySelectorAll("table[data-sorts]")) {
		const heads = [...table.tHead.rows[0].cells];
		for (let i = 1; i < heads.length; i++) {
			const keys = [...table.tBodies[0].rows].map((r) => Number(r.cells[i].dataset.value));
			if (keys.every((k) => !Number.isNaN(k)) && new Set(keys).size > 1) return { head: heads[i], keys };
		}
	}
})()`

func (t *tab) state() (s state, err error) {
	err = t.eval(`(() => { const c = window.sorted || (window.sorted = `+firstColumn+`);
		const i = c.head.cellIndex;
		return { Sort: c.head.getAttribute("aria-sort") || "", Keys: [...c.head.closest("table").tBodies[0].rows].map((r) => Number(r.cells[i].dataset.value)) };
	})()`, &s)
	return s, err
}

// clicks sorts the first column that can be, with the mouse.
func (t *tab) clicks() error {
	before, err := t.state()
	if err != nil {
		return err
	}
	var at struct{ X, Y float64 }
	err = t.eval(`(() => { const b = window.sorted.head.querySelector("button"); b.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
		const r = b.getBoundingClientRect(); return { X: r.x + r.width / 2, Y: r.y + r.height / 2 }; })()`, &at)
	if err != nil {
		return err
	}
	for i, want := range []string{"descending", "ascending", ""} {
		for _, kind := range []string{"mousePressed", "mouseReleased"} {
			if _, err := t.call("Input.dispatchMouseEvent", values{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1}); err != nil {
				return err
			}
		}
		now, err := t.state()
		if err != nil {
			return err
		}
		if now.Sort != want {
			return fmt.Errorf("after click %d aria-sort is %q, not %q", i+1, now.Sort, want)
		}
		for k := 1; k < len(now.Keys); k++ {
			a, b := now.Keys[k-1], now.Keys[k]
			if want == "descending" && a < b || want == "ascending" && a > b || want == "" && fmt.Sprint(now.Keys) != fmt.Sprint(before.Keys) {
				return fmt.Errorf("after click %d (%q) rows are in the order %v, before any %v", i+1, want, now.Keys, before.Keys)
			}
		}
	}
	return nil
}

// keys sorts the same column with the keyboard alone.
func (t *tab) keys() error {
	var reached bool
	if err := t.eval(`(() => { const b = window.sorted.head.querySelector("button"); b.focus(); return document.activeElement === b && b.tabIndex === 0; })()`, &reached); err != nil {
		return err
	}
	for _, key := range []values{
		{"type": "keyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
		{"type": "keyUp", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13},
	} {
		if _, err := t.call("Input.dispatchKeyEvent", key); err != nil {
			return err
		}
	}
	now, err := t.state()
	return errors.Join(err, expect(reached, "the keyboard does not reach a heading"), expect(now.Sort == "descending", "after Enter aria-sort is %q", now.Sort))
}

// sorts goes through all columns of all tables: each sorts both ways by the numbers of
// its cells, what is not known stays at the end, and what sums others up below them.
func (t *tab) sorts() error {
	var bad []string
	err := t.eval(`(() => {
		const bad = [];
		for (const table of document.querySelectorAll("table[data-sorts]")) {
			const foot = table.tFoot ? table.tFoot.textContent : "";
			table.tHead.querySelectorAll("button").forEach((button) => {
				const head = button.closest("th"), i = head.cellIndex;
				const where = table.caption.textContent + " / " + button.textContent;
				const rows = () => [...table.tBodies[0].rows];
				for (let sorted; (sorted = table.querySelector("[aria-sort] button"));) sorted.click();
				const before = rows();
				for (let n = 0; n < 3; n++) {
					button.click();
					const way = head.getAttribute("aria-sort");
					const cells = rows().map((r) => r.cells[i]);
					if (table.querySelectorAll("[aria-sort]").length !== (way ? 1 : 0)) bad.push(where + ": several columns say that they sort");
					if (!way && rows().some((r, k) => r !== before[k])) bad.push(where + ": the first order is lost");
					const keys = cells.map((c) => c.dataset.value).filter((v) => v !== undefined).map(Number);
					const wrong = keys.some((k, j) => j > 0 && (way === "ascending" ? keys[j - 1] > k : keys[j - 1] < k));
					if (way && wrong) bad.push(where + ": " + way + " " + keys);
					const nothing = cells.map((c) => ["", "–"].includes(c.textContent.trim()) && c.dataset.value === undefined);
					if (way && nothing.some((x, j) => j > 0 && nothing[j - 1] && !x)) bad.push(where + ": what is not known is not at the end");
				}
			});
			if (table.tFoot && table.tFoot.textContent !== foot) bad.push(table.caption.textContent + ": sums have moved");
		}
		return bad;
	})()`, &bad)
	return errors.Join(err, expect(len(bad) == 0, "sorting: %v", bad))
}

// named errs where a figure, a table or what scrolls has no name, ids are not unique, or
// a link of the contents leads nowhere.
func (t *tab) named() error {
	var bad []string
	err := t.eval(`(() => {
		const bad = [], ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
		if (new Set(ids).size !== ids.length) bad.push("ids that are not unique");
		const name = (e) => (e.getAttribute("aria-labelledby") || "").split(" ").map((id) => (document.getElementById(id) || {}).textContent || "").join(" ").trim();
		for (const e of document.querySelectorAll("svg,[role=region],section")) if (!name(e)) bad.push(e.outerHTML.slice(0, 80));
		for (const e of document.querySelectorAll("svg")) if (!e.querySelector("title") || !e.querySelector("desc").textContent) bad.push("svg without words");
		for (const e of document.querySelectorAll("table")) if (!e.caption || !e.caption.textContent) bad.push("table without a caption");
		for (const e of document.querySelectorAll("nav a")) if (!document.querySelector(e.getAttribute("href"))) bad.push(e.outerHTML);
		if (document.querySelectorAll("h1").length !== 1) bad.push("not one h1");
		let level = 1;
		for (const h of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
			if (Number(h.tagName[1]) > level + 1) bad.push("a level is left out above " + h.outerHTML);
			level = Number(h.tagName[1]);
		}
		return bad;
	})()`, &bad)
	return errors.Join(err, expect(len(bad) == 0, "%v", bad))
}

// shoot takes pictures of the whole page, a screen's height after the other.
func (t *tab) shoot(stem string) error {
	const height, most = 2400, 12 // pixels, pictures
	var size struct{ W, H float64 }
	if err := t.eval(`({W: document.documentElement.clientWidth, H: document.documentElement.scrollHeight})`, &size); err != nil {
		return err
	}
	for i := 0; i < most && float64(i*height) < size.H; i++ {
		part, err := t.call("Page.captureScreenshot", values{"format": "png", "captureBeyondViewport": true,
			"clip": values{"x": 0, "y": i * height, "width": size.W, "height": min(height, size.H-float64(i*height)), "scale": 1}})
		if err != nil {
			return err
		}
		if err := write(fmt.Sprintf("%s-%02d.png", stem, i+1), part); err != nil {
			return err
		}
	}
	return nil
}

func (t *tab) print(path string) error {
	page, err := t.call("Page.printToPDF", values{"preferCSSPageSize": true, "paperWidth": 8.27, "paperHeight": 11.69})
	if err != nil {
		return err
	}
	return write(path, page)
}

// write writes what a call gave as data.
func write(path string, result json.RawMessage) error {
	var r struct{ Data string }
	if err := json.Unmarshal(result, &r); err != nil {
		return err
	}
	data, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o666)
}

// quiet errs on whatever the console got, and if anything but the page was loaded.
func (t *tab) quiet(url string) (all error) {
	t.b.mu.Lock()
	defer t.b.mu.Unlock()
	for _, e := range t.b.events[t.session] {
		switch e.Method {
		case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded":
			all = errors.Join(all, fmt.Errorf("%s: %s", e.Method, e.Params))
		case "Network.requestWillBeSent":
			var sent struct{ Request struct{ URL string } }
			if err := json.Unmarshal(e.Params, &sent); err != nil || sent.Request.URL != url && !strings.HasPrefix(sent.Request.URL, "data:") {
				all = errors.Join(all, fmt.Errorf("it loads %s", sent.Request.URL))
			}
		}
	}
	return all
}

// browser is a Chromium that runs.
type browser struct {
	process *exec.Cmd
	to      *os.File

	mu      sync.Mutex
	last    int
	waiting map[int]chan message
	events  map[string][]message // by session
}

type message struct {
	ID        int             `json:"id"`
	Method    string          `json:"method"`
	Params    json.RawMessage `json:"params"`
	SessionID string          `json:"sessionId"`
	Result    json.RawMessage `json:"result"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error"`
}

type values map[string]any

func launch(path, profile string) (*browser, error) {
	fromUs, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	from, toUs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	args := []string{"--headless=new", "--remote-debugging-pipe", "--user-data-dir=" + profile, "--disable-gpu", "--no-first-run",
		"--disable-dev-shm-usage", "--hide-scrollbars", "--disable-background-networking"}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // which root cannot have
	}
	b := &browser{process: exec.Command(path, args...), to: to, waiting: map[int]chan message{}, events: map[string][]message{}}
	b.process.ExtraFiles = []*os.File{fromUs, toUs}
	if err := b.process.Start(); err != nil {
		return nil, err
	}
	fromUs.Close()
	toUs.Close()
	go b.listen(from)
	return b, nil
}

func (b *browser) listen(from *os.File) {
	r := bufio.NewReaderSize(from, 1<<20)
	for {
		line, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(line[:len(line)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		if c, ok := b.waiting[m.ID]; ok && m.ID > 0 {
			delete(b.waiting, m.ID)
			c <- m
		} else {
			b.events[m.SessionID] = append(b.events[m.SessionID], m)
		}
		b.mu.Unlock()
	}
}

const patience = 60 * time.Second

func (b *browser) call(session, method string, params values) (json.RawMessage, error) {
	answer := make(chan message, 1)
	b.mu.Lock()
	b.last++
	request := values{"id": b.last, "method": method, "params": params}
	if session != "" {
		request["sessionId"] = session
	}
	b.waiting[b.last] = answer
	b.mu.Unlock()
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		return nil, err
	}
	select {
	case m := <-answer:
		if m.Error != nil {
			return nil, fmt.Errorf("%s: %s", method, m.Error.Message)
		}
		return m.Result, nil
	case <-time.After(patience):
		return nil, fmt.Errorf("%s: no answer", method)
	}
}

func (b *browser) close() {
	b.call("", "Browser.close", values{})
	b.to.Close()
	b.process.Wait()
}

// tab is a page that is open.
type tab struct {
	b               *browser
	target, session string
}

func (t *tab) call(method string, params values) (json.RawMessage, error) {
	return t.b.call(t.session, method, params)
}

// open loads a page and looks at it in some way.
func (b *browser) open(url string, l look) (*tab, error) {
	t := &tab{b: b}
	created, err := b.call("", "Target.createTarget", values{"url": "about:blank"})
	if err != nil {
		return nil, err
	}
	var made struct{ TargetID string }
	if err := json.Unmarshal(created, &made); err != nil {
		return nil, err
	}
	t.target = made.TargetID
	attached, err := b.call("", "Target.attachToTarget", values{"targetId": t.target, "flatten": true})
	if err != nil {
		return nil, err
	}
	var session struct{ SessionID string }
	if err := json.Unmarshal(attached, &session); err != nil {
		return nil, err
	}
	t.session = session.SessionID
	for _, c := range []struct {
		method string
		params values
	}{
		{"Page.enable", nil}, {"Runtime.enable", nil}, {"Log.enable", nil}, {"Network.enable", nil},
		{"Emulation.setDeviceMetricsOverride", values{"width": l.width, "height": l.height, "deviceScaleFactor": 1, "mobile": l.phone}},
		{"Emulation.setEmulatedMedia", values{"features": []values{{"name": "prefers-color-scheme", "value": l.scheme}}}},
		{"Page.navigate", values{"url": url}},
	} {
		if _, err := t.call(c.method, c.params); err != nil {
			return nil, err
		}
	}
	return t, t.loaded()
}

func (t *tab) loaded() error {
	for began := time.Now(); time.Since(began) < patience; time.Sleep(10 * time.Millisecond) {
		t.b.mu.Lock()
		for _, e := range t.b.events[t.session] {
			if e.Method == "Page.loadEventFired" {
				t.b.mu.Unlock()
				return nil
			}
		}
		t.b.mu.Unlock()
	}
	return errors.New("the page does not load")
}

// eval gives what an expression of JavaScript is on the page.
func (t *tab) eval(expression string, into any) error {
	result, err := t.call("Runtime.evaluate", values{"expression": expression, "returnByValue": true})
	if err != nil {
		return err
	}
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	if err := json.Unmarshal(result, &r); err != nil {
		return err
	}
	if r.ExceptionDetails != nil {
		return fmt.Errorf("evaluation: %s", r.ExceptionDetails)
	}
	return json.Unmarshal(r.Result.Value, into)
}

func (t *tab) close() error {
	_, err := t.b.call("", "Target.closeTarget", values{"targetId": t.target})
	return err
}
