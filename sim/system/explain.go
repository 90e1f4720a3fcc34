package system

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"xbar/configs"
	"xbar/sim/energy"
	"xbar/sim/model"
)

// Explanation says where the numbers of a run come from, schema xbar.explain/1:
// joules, seconds, square metres.
type Explanation struct {
	Schema   string      `json:"schema"`
	Title    string      `json:"title"`
	Version  string      `json:"version"`
	Path     string      `json:"path"` // what was asked about; "" is everything
	Machines []Explained `json:"machines"`
}

// Explained is one machine's part of an explanation. What the path does not
// ask about is left out.
type Explained struct {
	Name        string                `json:"name"`
	Kind        string                `json:"kind"`
	Energy      *ExplainedEnergy      `json:"energy,omitempty"`
	Programming *ExplainedProgramming `json:"programming,omitempty"` // of machines with arrays: once, before the first inference
	Time        *ExplainedTime        `json:"time,omitempty"`
	EnergyDelay *Derivation           `json:"energy_delay,omitempty"` // of an inference, in J·s
	Wear        *Derivation           `json:"wear,omitempty"`         // seconds until the most written array is worn out; of machines that reload
	Area        *ExplainedArea        `json:"area,omitempty"`
	Limits      []ExplainedLimit      `json:"limits,omitempty"`
	BelowFloor  []string              `json:"below_floor,omitempty"` // what is less than its limit, in words, as allow_below_floor lets it
	Devices     []Derivation          `json:"devices,omitempty"`     // what becomes of a cell at the top level, and how far converters are off, where that is random
	Loads       []Served              `json:"loads,omitempty"`       // scalar machines, of the memory levels asked about
}

// ExplainedEnergy is the energy of a pass, action by action, the largest first.
type ExplainedEnergy struct {
	TotalJ  float64           `json:"total_j"`  // of the machine
	EnergyJ float64           `json:"energy_j"` // of what was asked about
	Share   float64           `json:"share"`
	Actions []ExplainedAction `json:"actions"`
}

// ExplainedAction is an account: what happened how often and what each costs.
// Where the price differs from kernel to kernel there is an entry for each.
type ExplainedAction struct {
	Component string           `json:"component"`
	Action    string           `json:"action"`
	Category  string           `json:"category"`
	Event     string           `json:"event"` // what happens once for every count
	Count     float64          `json:"count"` // in a pass
	EnergyJ   float64          `json:"energy_j"`
	Share     float64          `json:"share"` // of the machine's
	Each      []ExplainedPrice `json:"each"`

	Estimates []ExplainedEstimate `json:"estimates,omitempty"` // of energies that follow the data
}

// ExplainedEstimate is what moments make of an action in a kernel, beside the data.
type ExplainedEstimate struct {
	Kernel string `json:"kernel"`
	Estimate
	Derivation Derivation `json:"derivation"` // of the mean of one action
}

// ExplainedPrice is what one action costs, in a kernel or in all of them.
type ExplainedPrice struct {
	Kernel     string     `json:"kernel,omitempty"` // "": in all of them
	Count      float64    `json:"count"`
	EnergyJ    float64    `json:"energy_j"` // what follows the data included
	Derivation Derivation `json:"derivation"`
}

// ExplainedTime is the time of a pass, and what its parts take.
type ExplainedTime struct {
	Cycles  int64             `json:"cycles"`
	Seconds float64           `json:"seconds"`
	Clock   Derivation        `json:"clock"`
	Total   Derivation        `json:"derivation"` // of the seconds
	Stages  []ExplainedStage  `json:"stages"`
	Media   []ExplainedMedium `json:"media"`
	Busy    []ExplainedBusy   `json:"busy"` // the busiest first
	Kernels []ExplainedKernel `json:"kernels"`

	CriticalPath []Busy    `json:"critical_path,omitempty"` // of kernels one after the other: what the time goes to
	Pipeline     *Pipeline `json:"pipeline,omitempty"`      // whose passes begin so far apart
}

// ExplainedBusy is a component that had work to do.
type ExplainedBusy struct {
	Component   string  `json:"component"`
	Instances   int64   `json:"instances"`
	BusyCycles  int64   `json:"busy_cycles"` // in a pass, summed over instances
	Utilization float64 `json:"utilization"` // busy cycles over cycles × instances
}

// ExplainedStage is a latency of a component, as it is and in whole cycles.
type ExplainedStage struct {
	Component  string     `json:"component"`
	Cycles     int64      `json:"cycles"`
	Derivation Derivation `json:"derivation"`
}

// ExplainedKernel is a kernel's part of the time.
type ExplainedKernel struct {
	Name    string  `json:"name"`
	Cycles  int64   `json:"cycles"`
	Seconds float64 `json:"seconds"`
	Share   float64 `json:"share"`
	Bound   string  `json:"bound,omitempty"` // what most of it goes to
	Busy    []Busy  `json:"busy,omitempty"`

	Derivation *Derivation      `json:"derivation,omitempty"` // of its seconds; none in a pipeline
	Vectors    int64            `json:"vectors,omitempty"`    // of machines with arrays: in a wave, of a copy
	Copies     int64            `json:"copies,omitempty"`     // that share the vectors
	Waves      int64            `json:"waves,omitempty"`      // in a pass
	Parts      []ExplainedStage `json:"parts,omitempty"`      // what a vector takes, of other machines the whole kernel
	Load       *ExplainedLoad   `json:"load,omitempty"`       // of its weights
}

// ExplainedArea is the area, component by component, the largest first.
type ExplainedArea struct {
	AreaM2     float64             `json:"area_m2"` // of what is known
	Known      bool                `json:"known"`   // of every component
	Components []ExplainedCovering `json:"components"`
	Throughput *Derivation         `json:"throughput,omitempty"` // of an area, in operations a second and m²; nil: not known, or of a part
}

// ExplainedCovering is the area of one kind of component.
type ExplainedCovering struct {
	Component  string     `json:"component"`
	Instances  int64      `json:"instances"`
	Known      bool       `json:"known"`
	AreaM2     float64    `json:"area_m2"`
	Share      float64    `json:"share"`
	Derivation Derivation `json:"derivation"` // of one instance
}

// ExplainedLimit is a [Limit] with its derivations.
type ExplainedLimit struct {
	Limit
	Value Derivation  `json:"value"`
	Floor Derivation  `json:"floor"`
	Best  *Derivation `json:"best,omitempty"`
}

// Derivation is a number's equation, with symbols and with numbers, and what
// vouches for it.
type Derivation struct {
	Name    string         `json:"name"`
	Symbols string         `json:"symbols"`
	Numbers string         `json:"numbers"`
	Value   float64        `json:"value"` // in base units
	Unit    string         `json:"unit"`
	Result  string         `json:"result"` // the value as it is printed
	Source  string         `json:"source,omitempty"`
	Holds   string         `json:"holds,omitempty"`
	Warning string         `json:"warning,omitempty"` // why the model is not to be trusted here
	Inputs  []DerivedInput `json:"inputs"`
}

// DerivedInput is one symbol of an equation: a key of the config, a published
// number, or derived in turn.
type DerivedInput struct {
	Symbol     string      `json:"symbol"`
	Value      float64     `json:"value"`
	Unit       string      `json:"unit"`
	Text       string      `json:"text"`             // the value as it is printed
	Key        string      `json:"key,omitempty"`    // of the config
	Where      string      `json:"where,omitempty"`  // the key was set
	Source     string      `json:"source,omitempty"` // publication
	Derivation *Derivation `json:"derivation,omitempty"`
}

// evidence is what an explanation is made of, beside a machine's result.
type evidence struct {
	books  books
	derive func(id energy.AccountID, kernel int) (event string, each model.Figure, varied bool)
	areas  []areaFigure
	stages []stageFigure
	clock  model.Figure
	timing func() timing

	devices []model.Figure
	once    *once // nil: nothing is programmed

	priced   *priced   // nil: prices had a part in more than what things cost
	estimate *evidence // of the same run with statistical values; nil: there is none
	follows  func(id energy.AccountID) bool
}

type areaFigure struct {
	path      string
	instances int64
	known     bool
	each      model.Figure
}

type stageFigure struct {
	component string
	cycles    int64
	latency   model.Figure
}

// Explain runs a study and says where the numbers of what the path names come
// from. A path is the name of a component ("tile/array/adc"), of what is
// below it ("tile/array") or of an action of it ("tile/array/adc/convert"), a category ("output"), or one of
// "total" (energy, time and area), "energy", "time", "energy-delay", "wear", "area", "limits" and "devices"; a
// machine's name and a colon before it leave the others out. An unknown path is a *PathError.
func Explain(ctx context.Context, cfg *configs.Config, path string, opt Options) (*Explanation, error) {
	only, subject := splitPath(cfg, path)
	if only < 0 && strings.Contains(path, ":") {
		return nil, unknownMachine(path, cfg)
	}
	if only >= 0 {
		one := *cfg
		one.Machines = cfg.Machines[only : only+1]
		cfg = &one
	}
	result, found, err := run(ctx, cfg, opt)
	if err != nil {
		return nil, err
	}
	e := explanationOf(cfg, result, found, opt, path, subject)
	if len(e.Machines) == 0 {
		return nil, unknownPath(subject, result)
	}
	return e, nil
}

// RunExplained is [Run], with where all numbers of the machines that ran come from. Where
// some did not, there are both of the others beside the error.
func RunExplained(ctx context.Context, cfg *configs.Config, opt Options) (*Result, *Explanation, error) {
	result, found, err := run(ctx, cfg, opt)
	if result == nil {
		return nil, nil, err
	}
	return result, explanationOf(cfg, result, found, opt, "", ""), err
}

// explanationOf explains the machines of a result that a subject is about; found has
// those of the config, of which some may not have run.
func explanationOf(cfg *configs.Config, result *Result, found []evidence, opt Options, path, subject string) *Explanation {
	e := &Explanation{Schema: "xbar.explain/1", Title: cfg.Title, Version: opt.Version, Path: path}
	ran := result.Machines
	for i := range cfg.Machines {
		m := &cfg.Machines[i]
		if slices.ContainsFunc(result.Failed, func(f Failure) bool { return f.Name == m.Name }) {
			continue
		}
		x := explainer{m, cfg.Provenance, &ran[0], &found[i]}
		ran = ran[1:]
		if x.has(subject) {
			e.Machines = append(e.Machines, x.explain(subject))
		}
	}
	return e
}

// splitPath takes a machine's name off a path; only is −1 without one.
func splitPath(cfg *configs.Config, path string) (only int, subject string) {
	for i := range cfg.Machines {
		if rest, ok := strings.CutPrefix(path, cfg.Machines[i].Name+":"); ok {
			return i, rest
		}
	}
	return -1, path
}

// unknownMachine reports what stands before the colon of a path.
func unknownMachine(path string, cfg *configs.Config) *PathError {
	name, _, _ := strings.Cut(path, ":")
	var names []string
	for i := range cfg.Machines {
		names = append(names, cfg.Machines[i].Name)
	}
	return &PathError{Path: name, Nearest: configs.Nearest(name, names), Allowed: names}
}

// PathError is a path that names nothing.
type PathError struct {
	Path    string
	Nearest string // what was most likely meant; may be empty
	Allowed []string
}

func (e *PathError) Error() string {
	text := fmt.Sprintf("nothing is called %q", e.Path)
	if e.Nearest != "" {
		text += fmt.Sprintf(", did you mean %q?", e.Nearest)
	}
	allowed := slices.Clone(e.Allowed)
	for i, name := range allowed {
		if strings.ContainsAny(name, ", ") {
			allowed[i] = strconv.Quote(name) // names of machines are any text
		}
	}
	return text + "\nallowed: " + strings.Join(allowed, ", ")
}

// explainer explains one machine.
type explainer struct {
	machine *configs.Machine
	study   map[string]configs.Origin // what was set outside of machines
	result  *Machine
	*evidence
}

func (x *explainer) explain(subject string) Explained {
	e := Explained{Name: x.result.Name, Kind: x.result.Kind}
	part := subject
	if slices.Contains(subjects, subject) {
		part = ""
	}
	is := func(what string) bool { return part != "" || subject == "" || subject == what }
	total := subject == "total"
	if is("energy") || total {
		e.Energy = x.energy(part)
		e.Programming = x.programming(part)
	}
	if is("time") || total {
		e.Time = x.time(part)
	}
	if part == "" && is("energy-delay") {
		e.EnergyDelay = x.energyDelay()
	}
	if part == "" && is("wear") {
		e.Wear = x.wear()
	}
	if is("area") || total {
		e.Area = x.area(part)
	}
	if is("limits") {
		e.Limits, e.BelowFloor = x.limits(part)
	}
	for i := 0; part == "" && is("devices") && i < len(x.devices); i++ {
		e.Devices = append(e.Devices, x.derivation(x.devices[i]))
	}
	for _, s := range x.result.Loads {
		if (is("energy") || total) && wants(part, "memory/"+s.Level, "") {
			e.Loads = append(e.Loads, s)
		}
	}
	return e
}

func (x *explainer) energy(part string) *ExplainedEnergy {
	e := &ExplainedEnergy{TotalJ: x.result.EnergyJ, Actions: []ExplainedAction{}}
	var sum energy.Sum
	for id, account := range x.books.ledger.Accounts() {
		if !names(part, account) {
			continue
		}
		action := x.action(energy.AccountID(id), account)
		if action.Count == 0 && action.EnergyJ == 0 {
			continue
		}
		sum.Add(action.EnergyJ)
		e.Actions = append(e.Actions, action)
	}
	e.EnergyJ = sum.Value()
	e.Share = share(e.EnergyJ, e.TotalJ)
	slices.SortStableFunc(e.Actions, func(a, b ExplainedAction) int { return cmp.Compare(b.EnergyJ, a.EnergyJ) })
	return e
}

func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

func (x *explainer) action(id energy.AccountID, account energy.Account) ExplainedAction {
	b := &x.books
	event, each, varied := x.derive(id, 0)
	a := ExplainedAction{
		Component: account.Component, Action: account.Action, Category: account.Category.String(), Event: event,
		EnergyJ: b.joules(id), Share: share(b.joules(id), x.result.EnergyJ),
	}
	a.Count = b.mean(id)
	a.Estimates = x.estimates(id)
	if !varied {
		a.Each = []ExplainedPrice{{Count: a.Count, EnergyJ: a.EnergyJ, Derivation: x.derivation(each)}}
		return a
	}
	for phase := b.first; phase <= b.last; phase++ {
		count := float64(b.ledger.Count(phase, id)) / float64(b.passes)
		if count == 0 {
			continue
		}
		_, each, _ := x.derive(id, phase-b.first)
		a.Each = append(a.Each, ExplainedPrice{
			Kernel: b.ledger.PhaseName(phase), Count: count, EnergyJ: b.ledger.Joules(phase, id) / float64(b.passes), Derivation: x.derivation(each),
		})
	}
	return a
}

// estimates are an action's, where its energy follows the data.
func (x *explainer) estimates(id energy.AccountID) (all []ExplainedEstimate) {
	if x.estimate == nil {
		return nil
	}
	b, e := &x.books, &x.estimate.books
	for phase := b.first; phase <= b.last; phase++ {
		_, each, _ := x.estimate.derive(id, phase-b.first)
		data, statistical := b.ledger.Joules(phase, id)/float64(b.passes), e.ledger.Joules(phase, id)/float64(e.passes)
		if x.estimate.follows(id) && (data > 0 || statistical > 0) {
			all = append(all, ExplainedEstimate{b.ledger.PhaseName(phase), compareJoules(data, statistical), x.derivation(each)})
		}
	}
	return all
}

func (x *explainer) time(part string) *ExplainedTime {
	t := &ExplainedTime{
		Cycles: x.result.Cycles, Seconds: x.result.Seconds, Clock: x.derivation(x.clock), Pipeline: x.result.Pipeline,
		Stages: []ExplainedStage{}, Media: []ExplainedMedium{}, Busy: []ExplainedBusy{}, Kernels: []ExplainedKernel{},
	}
	t.Total = x.derivation(inSeconds("time of a pass", x.clock, simulated("c", x.result.Seconds*x.clock.Value, "cycles from one pass to the next, all kernels'")))
	more := x.timing()
	for _, s := range x.stages {
		if !wants(part, s.component, "") {
			continue
		}
		t.Stages = append(t.Stages, x.stage(&s))
	}
	for _, m := range more.media {
		if wants(part, m.Component, "") {
			t.Media = append(t.Media, x.medium(&m))
		}
	}
	for _, c := range x.result.Components {
		if c.BusyCycles > 0 && wants(part, c.Path, "") {
			t.Busy = append(t.Busy, ExplainedBusy{c.Path, c.Instances, c.BusyCycles, c.Utilization})
		}
	}
	slices.SortStableFunc(t.Busy, func(a, b ExplainedBusy) int { return cmp.Compare(b.Utilization, a.Utilization) })
	if part != "" {
		if len(t.Stages)+len(t.Media)+len(t.Busy) == 0 {
			return nil
		}
		return t
	}
	for i, k := range x.result.Kernels {
		e := ExplainedKernel{
			Name: k.Name, Cycles: k.Cycles, Seconds: k.Seconds, Share: share(k.Seconds, x.result.Seconds), Bound: k.Bound, Busy: k.Busy,
		}
		if i < len(more.kernels) {
			x.kernel(&e, &more.kernels[i])
		}
		t.Kernels = append(t.Kernels, e)
	}
	t.CriticalPath = x.result.CriticalPath
	return t
}

// energyDelay is of an inference: its energy, the share of one-time programming
// included, times its share of a pass's time.
func (x *explainer) energyDelay() *Derivation {
	m := x.result
	batch := x.batch()
	each := model.Figure{
		Name: "energy of an inference", Equation: "E = {E_p}/{B}", Value: m.EnergyPerInferenceJ, Unit: "J",
		Inputs: []model.Input{{Symbol: "E_p", Value: m.EnergyJ, Unit: "J", Source: "the energy of a pass, simulated"}, batch},
	}
	if p := m.Programming; p != nil && p.OneTime.EnergyJ > 0 {
		each.Equation += " + {E_1}/{n}"
		each.Inputs = append(each.Inputs,
			model.Input{Symbol: "E_1", Value: p.OneTime.EnergyJ, Unit: "J", Source: "the energy of programming once, simulated"},
			model.Input{Symbol: "n", Value: float64(p.AmortisedOverInferences), Key: "inferences"})
	}
	d := x.derivation(model.Figure{
		Name: "energy-delay product of an inference", Equation: "ED = {E}·{t}/{B}", Value: m.EnergyDelayJS, Unit: "J·s",
		Inputs: []model.Input{model.Derived("E", each), {Symbol: "t", Value: m.Seconds, Unit: "s", Source: "the time of a pass, simulated"}, batch},
	})
	return &d
}

// batch is the inferences of a pass, as the config says or as they were chosen.
func (x *explainer) batch() model.Input {
	in := model.Input{Symbol: "B", Value: float64(x.result.Batch), Key: "workload.batch"}
	switch {
	case x.machine.Batch > 0:
		in.Key = "machine.batch"
	case x.machine.BatchUpTo > 0:
		in.Key, in.Source = "", "chosen up to machine.batch_up_to"
	}
	return in
}

// wear is how long the array lasts that is written most, pass after pass.
func (x *explainer) wear() *Derivation {
	m := x.result
	if m.Programming == nil || m.Programming.DaysToWearOut == nil {
		return nil
	}
	p := m.Programming
	writes := model.Figure{
		Name: "writes of a cell per inference", Equation: "w = {l}/{B}", Value: p.WritesPerCellPerInference,
		Inputs: []model.Input{
			{Symbol: "l", Value: p.WritesPerCellPerInference * float64(m.Batch), Source: "loads in a pass of the array that has most, over many passes of the plan"},
			x.batch(),
		},
	}
	d := x.derivation(model.Figure{
		Name: "time until the most written cells are worn out", Equation: "T = {n}·{t}/({B}·{w})", Value: *p.DaysToWearOut * secondsOfDay, Unit: "s",
		Inputs: []model.Input{
			{Symbol: "n", Value: x.machine.Cell.Endurance, Key: "cell.endurance"},
			{Symbol: "t", Value: m.Seconds, Unit: "s", Source: "the time of a pass, simulated"},
			x.batch(), model.Derived("w", writes),
		},
	})
	return &d
}

// throughput is that of the whole machine, over its area.
func (x *explainer) throughput() *Derivation {
	m := x.result
	if m.OpsPerSecondPerM2 == nil {
		return nil
	}
	d := x.derivation(model.Figure{
		Name: "throughput per area", Equation: "D = 2·{MACs}/({t}·{A})", Value: *m.OpsPerSecondPerM2, Unit: "OPS/m2",
		Inputs: []model.Input{
			{Symbol: "MACs", Value: float64(m.MACs), Source: "Σ L·N·M × groups of the kernels of a pass; a MAC is two operations"},
			{Symbol: "t", Value: m.Seconds, Unit: "s", Source: "the time of a pass, simulated"},
			{Symbol: "A", Value: *m.AreaM2, Unit: "m2", Source: "the sum of the components"},
		},
	})
	return &d
}

func (x *explainer) area(part string) *ExplainedArea {
	a := &ExplainedArea{Known: true}
	var sum energy.Sum
	for _, f := range x.areas {
		if !wants(part, f.path, "") {
			continue
		}
		a.Known = a.Known && f.known
		covering := ExplainedCovering{Component: f.path, Instances: f.instances, Known: f.known, Derivation: x.derivation(f.each)}
		if f.known {
			covering.AreaM2 = f.each.Value * float64(f.instances)
		}
		sum.Add(covering.AreaM2)
		a.Components = append(a.Components, covering)
	}
	if len(a.Components) == 0 {
		return nil
	}
	if part == "" {
		a.Throughput = x.throughput()
	}
	a.AreaM2 = sum.Value()
	for i := range a.Components {
		a.Components[i].Share = share(a.Components[i].AreaM2, a.AreaM2)
	}
	slices.SortStableFunc(a.Components, func(p, q ExplainedCovering) int { return cmp.Compare(q.AreaM2, p.AreaM2) })
	return a
}

func (x *explainer) limits(part string) (all []ExplainedLimit, below []string) {
	for _, l := range x.machine.Limits() {
		if !wants(part, l.Component, "") && !isAction(part, l.Component, l.Action) {
			continue
		}
		if l.Below() {
			below = append(below, experiment(&l))
		}
		e := ExplainedLimit{Limit: newLimit(&l), Value: x.derivation(l.Value), Floor: x.derivation(l.Floor)}
		if e.BestPublishedJ != nil {
			best := x.derivation(*l.Best)
			e.Best = &best
		}
		all = append(all, e)
	}
	return all, below
}

// derivation writes a figure out, with the origin of every key.
func (x *explainer) derivation(f model.Figure) Derivation {
	d := Derivation{
		Name: f.Name, Symbols: f.Symbols(), Numbers: f.Numbers(), Value: f.Value, Unit: f.Unit, Result: f.Result(),
		Source: f.Source, Holds: f.Holds, Warning: f.Outside, Inputs: []DerivedInput{},
	}
	for _, in := range f.Inputs {
		d.Inputs = append(d.Inputs, x.input(in))
	}
	return d
}

func (x *explainer) input(in model.Input) DerivedInput {
	d := DerivedInput{Symbol: in.Symbol, Value: in.Value, Unit: in.Unit, Text: in.String(), Key: in.Key, Source: in.Source}
	if in.From != nil {
		from := x.derivation(*in.From)
		d.Derivation = &from
	}
	if in.Key == "" {
		return d
	}
	origin, ok := x.machine.Provenance[strings.TrimPrefix(in.Key, "machine.")]
	if !ok {
		origin = x.study[in.Key]
	}
	d.Where = origin.Where
	d.Source = cmp.Or(d.Source, origin.Source)
	if origin.Where == "default" && d.Source == "" {
		d.Source = "default of xbar"
	}
	return d
}
