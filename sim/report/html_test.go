package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim/energy"
	"xbar/sim/sweep"
	"xbar/sim/system"
)

const drawing = `<?xml version="1.0"?>
<!-- by hand -->
<svg width="100pt" height="50pt" viewBox="0 0 100 50"
	xmlns="http://www.w3.org/2000/svg">
<g><path d="M0,0L1,1" style="fill:#FFFFFF" /></g>
</svg>
`

func runPage(t testing.TB) *RunPage {
	return &RunPage{
		Result: result(t), Explanation: explained(t, ""),
		Figures: []Figure{{"energy", "A figure", "what it shows", []byte(drawing)}, {"layers", "Another", "something else", []byte(drawing)}},
		Source: Source{Config: "study.toml", Files: []File{{"study.toml", "title = \"as written\" # <b>\n"}}, Settings: []string{"workload.batch=8"},
			Command: "xbar report study.toml --set workload.batch=8"},
	}
}

func htmlOf(t interface{ Fatal(...any) }, r *RunPage) []byte {
	var b bytes.Buffer
	if err := RunHTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// element is one of a parsed page.
type element struct {
	name     string
	attr     map[string]string
	text     string // its own and that of what is in it
	children []*element
}

func (e *element) all(name string) (found []*element) {
	for _, c := range e.children {
		if c.name == name {
			found = append(found, c)
		}
		found = append(found, c.all(name)...)
	}
	return found
}

func (e *element) byID(id string) *element {
	for _, c := range e.children {
		if c.attr["id"] == id {
			return c
		}
		if found := c.byID(id); found != nil {
			return found
		}
	}
	return nil
}

// parsed is a page as XML would have it, but for attributes without values and for
// elements that have no end: every other is closed where it should be.
func parsed(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, page []byte) *element {
	d := xml.NewDecoder(bytes.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, []string{"meta", "link"}, xml.HTMLEntity
	root := &element{}
	open := []*element{root}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			if top.name != token.Name.Local {
				t.Fatalf("</%s> closes <%s>", token.Name.Local, top.name)
			}
			open = open[:len(open)-1]
			open[len(open)-1].text += top.text
		case xml.CharData:
			top.text += string(token)
		}
	}
	if len(open) != 1 {
		t.Fatalf("<%s> is not closed", open[len(open)-1].name)
	}
	return root
}

// ourElements is all that a page is made of.
var ourElements = strings.Fields("html head meta link title style body a header h1 h2 h3 h4 p nav ul li main section div table caption thead tbody tfoot tr th td " +
	"span details summary pre figure figcaption small svg g path text desc footer script")

// onlyOurs checks that nothing in a page is markup but what it is made of, and that it
// loads nothing.
func onlyOurs(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, page []byte) *element {
	root := parsed(t, page)
	scripts := 0
	var walk func(e *element)
	walk = func(e *element) {
		if e != root && !slices.Contains(ourElements, e.name) {
			t.Fatalf("there is a <%s>", e.name)
		}
		if e.name == "script" {
			scripts++
		}
		for name, value := range e.attr {
			if name == "src" || strings.HasPrefix(name, "on") || name == "href" && !strings.HasPrefix(value, "#") && value != "data:," {
				t.Fatalf("<%s %s=%q>", e.name, name, value)
			}
		}
		for _, c := range e.children {
			walk(c)
		}
	}
	walk(root)
	if scripts != 1 {
		t.Fatalf("%d scripts", scripts)
	}
	return root
}

func TestPageOfARun(t *testing.T) {
	r := runPage(t)
	page := htmlOf(t, r)
	if !bytes.Equal(page, htmlOf(t, runPage(t))) {
		t.Error("the same run gives other bytes")
	}
	root := onlyOurs(t, page)
	for _, s := range runSections {
		if s.id != "warnings" && s.id != "assumptions" && root.byID(s.id) == nil {
			t.Errorf("no section %s", s.id)
		}
	}
	script := root.all("script")[0].text
	hash := sha256.Sum256([]byte(script))
	policy := ""
	for _, m := range root.all("meta") {
		if m.attr["http-equiv"] == "Content-Security-Policy" {
			policy = m.attr["content"]
		}
	}
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"'") {
		t.Errorf("the policy does not allow the script, and nothing else: %s", policy)
	}
	for _, svg := range root.all("svg") {
		for _, id := range strings.Fields(svg.attr["aria-labelledby"]) {
			if e := root.byID(id); e == nil || e.text == "" {
				t.Errorf("a figure is named by %q, which says nothing", id)
			}
		}
	}
	if n := len(root.byID("energy").all("svg")); n != 1 {
		t.Errorf("%d figures about energy", n)
	}
	config := root.byID("config").text
	for _, text := range []string{r.Source.Files[0].Text[:20], "# <b>", "workload.batch=8"} {
		if !strings.Contains(config, text) {
			t.Errorf("the config does not show %q", text)
		}
	}
	if again := root.byID("again").text; !strings.Contains(again, r.Source.Command) || !strings.Contains(again, "seed ") || !strings.Contains(again, r.Result.Version) {
		t.Errorf("to run it again: %s", again)
	}
	r.Figures[0].Section = "nowhere"
	if err := RunHTML(io.Discard, r); err == nil || !strings.Contains(err.Error(), `no section "nowhere"`) {
		t.Errorf("a figure that would not be seen: %v", err)
	}
	r.Figures = nil
	r.Result.Machines[0].EnergyJ = math.NaN()
	if err := RunHTML(io.Discard, r); err == nil {
		t.Error("NaN is a result")
	}
}

// The largest terms are there as xbar explain gives them, and those of each machine are
// unfolded.
func TestPageExplains(t *testing.T) {
	r := runPage(t)
	why := onlyOurs(t, htmlOf(t, r)).byID("why")
	var text bytes.Buffer
	if err := ExplainText(&text, r.Explanation); err != nil {
		t.Fatal(err)
	}
	for _, m := range r.Explanation.Machines {
		for i := range m.Energy.Actions[:min(mostUnfolded, len(m.Energy.Actions))] {
			a := &m.Energy.Actions[i]
			at := slices.IndexFunc(why.all("details"), func(e *element) bool { return strings.HasPrefix(e.all("span")[0].text, a.Component+" "+a.Action) })
			if at < 0 {
				t.Fatalf("%s: %s %s is not explained", m.Name, a.Component, a.Action)
			}
			if _, open := why.all("details")[at].attr["open"]; !open {
				t.Errorf("%s: %s %s is folded", m.Name, a.Component, a.Action)
			}
		}
	}
	for _, pre := range why.all("pre") {
		for line := range strings.Lines(pre.text) {
			if !strings.Contains(text.String(), strings.TrimRight(line, "\n")) {
				t.Errorf("xbar explain does not say %q", line)
			}
		}
	}
}

// Whatever stands in names, titles and files is text: a page of anything has our
// elements only.
func TestPageOfAnythingIsHarmless(t *testing.T) {
	nasty := []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</title><script>", "</pre></details>", "</script>", "<!--", "]]>", "&lt;b&gt;", "{{.}}", "javascript:x", "\x00\x1b[2J"}
	rapid.Check(t, func(t *rapid.T) {
		name := func(label string) string {
			return rapid.OneOf(rapid.SampledFrom(nasty), rapid.String()).Draw(t, label)
		}
		r := &RunPage{Result: anyResult(t)}
		r.Result.Title, r.Result.Version = name("title"), name("version")
		for i := range r.Result.Machines {
			m := &r.Result.Machines[i]
			m.Name = name("machine")
			m.Notes = append(m.Notes, name("note"))
			for k := range m.Kernels {
				m.Kernels[k].Name = name("kernel")
			}
			for c := range m.Components {
				m.Components[c].Path = name("component")
			}
		}
		r.Result.Failed = []system.Failure{{Name: name("failed"), Kind: "analog", Error: name("error")}}
		r.Figures = []Figure{{"energy", name("figure"), name("says"), []byte(drawing)}}
		r.Source = Source{name("config"), []File{{name("file"), name("text")}}, []string{name("setting")}, name("command")}
		r.Explanation = &system.Explanation{Machines: []system.Explained{{Name: name("explained"), Energy: &system.ExplainedEnergy{TotalJ: 1, EnergyJ: 1, Share: 1,
			Actions: []system.ExplainedAction{{Component: name("path"), Action: name("action"), Event: name("event"), Count: 1, EnergyJ: 1, Share: 1,
				Each: []system.ExplainedPrice{{Count: 1, EnergyJ: 1, Derivation: system.Derivation{Name: "E", Symbols: name("symbols"), Value: 1, Source: name("source"), Warning: name("warning"),
					Inputs: []system.DerivedInput{{Symbol: "x", Key: name("key"), Text: name("value"), Source: "assumption: " + name("why")}}}}}}}}}}}
		root := onlyOurs(t, htmlOf(t, r))
		if got, want := strings.TrimSpace(root.all("h1")[0].text), titleOf(r.Result); strings.TrimSpace(clean(want)) != got && !strings.ContainsRune(want, '\uFFFD') {
			t.Fatalf("the title is %q, not %q", got, want)
		}
	})
}

// numbersIn are the numbers of a section's cells.
func numbersIn(t testing.TB, e *element) map[float64]bool {
	all := map[float64]bool{}
	var walk func(e *element)
	walk = func(e *element) {
		if v, ok := e.attr["data-value"]; ok {
			x, err := strconv.ParseFloat(v, 64)
			if err != nil {
				t.Fatal(err)
			}
			all[x] = true
		}
		for _, c := range e.children {
			walk(c)
		}
	}
	walk(e)
	return all
}

// Cells hold the numbers of the JSON result with all of their digits.
func TestPageHasTheNumbersOfTheResult(t *testing.T) {
	r := runPage(t)
	root := parsed(t, htmlOf(t, r))
	compared, each, categories := numbersIn(t, root.byID("machines")), numbersIn(t, root.byID("each")), numbersIn(t, root.byID("energy"))
	for i := range r.Result.Machines {
		m := &r.Result.Machines[i]
		want := func(in map[float64]bool, what string, x float64) {
			if !in[x] {
				t.Errorf("%s: no %s of %v", m.Name, what, x)
			}
		}
		for what, x := range map[string]float64{"energy per inference": m.EnergyPerInferenceJ, "energy": m.EnergyJ, "energy per MAC": m.EnergyPerMACJ, "efficiency": m.OpsPerJoule,
			"latency": m.LatencyS, "throughput": m.OpsPerSecond, "energy-delay": m.EnergyDelayJS} {
			want(compared, what, x)
		}
		if m.AreaM2 != nil {
			want(compared, "area", *m.AreaM2)
		}
		for _, c := range energy.Categories() {
			if j := joulesByCategory(&m.Categories)[c]; j != 0 {
				want(categories, c.String(), j/float64(m.MACs))
			}
		}
		for _, c := range m.Components {
			want(each, c.Path, c.EnergyJ)
			want(each, c.Path, c.Utilization)
		}
		for _, k := range m.Kernels {
			want(each, k.Name, k.EnergyJ)
			want(each, k.Name, float64(k.Cycles))
		}
		if w := m.Programming; w != nil {
			want(each, "programming", w.OneTime.EnergyJ)
			want(each, "programming", w.PerPass.EnergyJ)
		}
	}
}

// In every column that sorts, what a cell shows is its number over one factor, rounded to
// three digits: rows are in the order that the reader sees.
func TestCellsShowTheNumbersTheySortBy(t *testing.T) {
	checked := 0
	check := func(t *rapid.T, r *RunPage) {
		for _, table := range parsed(t, htmlOf(t, r)).all("table") {
			if _, sorts := table.attr["data-sorts"]; !sorts {
				continue
			}
			factors := map[int]float64{}
			for _, row := range table.all("tbody")[0].all("tr") {
				for i, c := range row.children[1:] {
					text := strings.ReplaceAll(strings.TrimSpace(c.text), ",", "")
					if number, share := strings.CutSuffix(text, "%"); share {
						shown, err := strconv.ParseFloat(number, 64)
						value, _ := strconv.ParseFloat(c.attr["data-value"], 64)
						if err == nil && math.Abs(100*value-shown) > 0.5001 {
							t.Fatalf("%q is %v", c.text, value)
						}
						continue
					}
					shown, err := strconv.ParseFloat(text, 64)
					value, known := strconv.ParseFloat(c.attr["data-value"], 64)
					if err != nil || shown == 0 {
						continue
					}
					if known != nil {
						t.Fatalf("%q is no number to sort by", c.text)
					}
					if factors[i] == 0 {
						factors[i] = value / shown
					}
					if off := value / shown / factors[i]; off < 0.989 || off > 1.011 {
						t.Fatalf("%q is %v, and others in the column are %v of what they show", c.text, value, factors[i])
					}
					checked++
				}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		r := &RunPage{Result: anyResult(t)}
		for i := range r.Result.Machines {
			for c := range r.Result.Machines[i].Components {
				r.Result.Machines[i].Components[c].Path = "component"
			}
			for k := range r.Result.Machines[i].Kernels {
				r.Result.Machines[i].Kernels[k].Name = "kernel"
			}
		}
		check(t, r)
	})
	if checked < 100 {
		t.Errorf("%d cells were compared", checked)
	}
}

// Sums stay below what is sorted, and a table whose rows belong together does not sort.
func TestWhatSorts(t *testing.T) {
	root := parsed(t, htmlOf(t, runPage(t)))
	comparison := root.byID("machines").all("table")[0]
	if _, sorts := comparison.attr["data-sorts"]; sorts || len(comparison.all("tbody")) < 3 {
		t.Errorf("quantities of different units sort, in %d bodies", len(comparison.all("tbody")))
	}
	components := root.byID("each").all("table")[0]
	if _, sorts := components.attr["data-sorts"]; !sorts {
		t.Error("components do not sort")
	}
	foot := components.all("tfoot")
	if len(foot) != 1 || foot[0].all("tr")[len(foot[0].all("tr"))-1].children[0].text != "total" {
		t.Error("the total is not below the components")
	}
	for _, body := range components.all("tbody") {
		if strings.Contains(body.text, "total") {
			t.Error("the total sorts among the components")
		}
	}
}

func TestNumberIn(t *testing.T) {
	for text, want := range map[string]string{"12,700": "12700", "5.3×": "5.3", "45%": "45", "-3": "-3", "2.87e-06": "2.87e-06", "<1%": "", "–": "", "3 M": "", "": "", "1.2 pJ": ""} {
		if got := numberIn(text); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
}

// The page of a study holds what its journals do: the axes' values, the best points with
// all of their digits, and why some failed.
func TestPageOfAStudy(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"base.toml":  "inferences = 10\n[[workload.kernel]]\nname = \"k\"\nL = 2\nN = 40\nM = 20\n[[machine]]\nname = \"reram\"\npreset = \"reram-small\"\n",
		"study.toml": "title = \"What <if>?\"\nbase = \"base.toml\"\n[[axis]]\nname = \"bits\"\nkey = \"machine.reram.adc.resolution\"\nvalues = [0, 4, 6, 8]\n[[axis]]\nname = \"L\"\nkey = \"workload.kernel[0].L\"\nfrom = 1\nto = 20\nsteps = 20\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	file, err := configs.LoadSweep(filepath.Join(dir, "study.toml"))
	if err != nil {
		t.Fatal(err)
	}
	study, err := sweep.Open(file, nil, "test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := study.Run(context.Background(), sweep.Options{Dir: dir, Version: "test"}); err != nil {
		t.Fatal(err)
	}
	points, err := sweep.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer points.Close()
	r, err := NewStudyPage(points.Header(), points)
	if err != nil {
		t.Fatal(err)
	}
	q, err := r.Study.Quantity("energy_per_inference_j")
	if err != nil {
		t.Fatal(err)
	}
	if other, _ := r.Study.Quantity("accuracy"); !r.Knows(q) || r.Knows(other) {
		t.Errorf("energy is known: %v, accuracy: %v", r.Knows(q), r.Knows(other))
	}
	best := &sweep.Best{Goal: sweep.Goal{Quantity: q}, Most: 5}
	answer, err := NewSweep(context.Background(), r.Study, points, &sweep.Questions{Best: best}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Answers = []*Sweep{answer}
	r.Source = Source{Config: "study.toml", Command: "xbar report study.toml"}
	var b bytes.Buffer
	if err := StudyHTML(&b, r); err != nil {
		t.Fatal(err)
	}
	root := onlyOurs(t, b.Bytes())
	if title := root.all("h1")[0].text; title != "What <if>?" {
		t.Errorf("the title is %q", title)
	}
	in := numbersIn(t, root.byID("best"))
	for _, p := range best.Points {
		if !in[*q.Of(p)] {
			t.Errorf("no %v among the best", *q.Of(p))
		}
	}
	axes := root.byID("axes").all("tr")[1:]
	for i, want := range []string{"bits 4 0, 4, 6, 8", "L 20 1 to 20"} {
		var cells []string
		for _, c := range axes[i].children {
			cells = append(cells, c.text)
		}
		if got := strings.Join(cells, " "); got != want {
			t.Errorf("axis %d: %q, not %q", i, got, want)
		}
	}
	if failed := root.byID("failed").all("tr"); len(failed) != 2 || failed[1].children[1].attr["data-value"] != "20" || !strings.HasPrefix(failed[1].children[2].text, "0 1 2 3") {
		t.Errorf("20 points failed for one reason: %v", len(failed))
	}
	if root.byID("fronts") != nil || root.byID("effects") != nil {
		t.Error("what was not asked has an answer")
	}
}

func TestSettingsOfAnAxis(t *testing.T) {
	for _, test := range []struct {
		values []any
		want   string
		count  string
	}{
		{[]any{4.0, 8.0, 4.0}, "4, 8", "2"},
		{[]any{"lru", "pin"}, "lru, pin", "2"},
		{[]any{true, false}, "true, false", "2"},
	} {
		var s settings
		for _, v := range test.values {
			s.add(v)
		}
		if s.list() != test.want || s.count().text != test.count {
			t.Errorf("%v: %s %q", test.values, s.count().text, s.list())
		}
	}
	var many, units settings
	for i := range 300 {
		many.add(float64((i * 7) % 300))
		units.add(fmt.Sprintf("%d pJ", i))
	}
	if many.list() != "0 to 299" || many.count().text != "more than 100" {
		t.Errorf("%s %q", many.count().text, many.list())
	}
	if !strings.HasPrefix(units.list(), "0 pJ, 1 pJ, ") || !strings.HasSuffix(units.list(), ", …") {
		t.Errorf("%q", units.list())
	}
}

// In short: which machine is best, by what factor, and what most of each goes to.
func TestBriefOfARun(t *testing.T) {
	area := func(j float64) system.Categories { return system.Categories{Output: j} }
	r := &system.Result{Machines: []system.Machine{
		{Name: "chip, 64", Kind: "analog", Batch: 1, MACs: 10, EnergyJ: 2e-9, EnergyPerInferenceJ: 2e-9, LatencyS: 3e-6, OpsPerSecond: 2e9, EnergyDelayJS: 1e-15, Categories: area(2e-9),
			Components:   []system.Component{{Path: "dac", EnergyJ: 0.5e-9}, {Path: "adc", EnergyJ: 1.5e-9}},
			CriticalPath: []system.Busy{{Component: "adc", Share: 0.9}}},
		{Name: "core", Kind: "scalar", Batch: 1, MACs: 10, EnergyJ: 8e-9, EnergyPerInferenceJ: 8e-9, LatencyS: 1e-6, OpsPerSecond: 1e9, EnergyDelayJS: 4e-15, Categories: area(8e-9)},
	}}
	items := parsed(t, htmlOf(t, &RunPage{Result: r})).byID("brief").all("li")
	for i, want := range []string{
		"least energy per inference: 2.00 nJ on chip, 64; 4.00× less than on core",
		"highest throughput: 100,000,000 inferences/s on chip, 64; 2.00× faster than on core",
		"shortest pass: 1.00 µs on core",
		"least energy-delay product: 1.00 fJ·s on chip, 64; 4.00× less than on core",
		"chip, 64: 2.00 nJ an inference; 75% of a pass's energy is that of adc, 90% of its time goes to adc",
		"core: 8.00 nJ an inference",
	} {
		if got := items[i].text; got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
