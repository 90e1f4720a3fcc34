package system

import "xbar/sim/workload"

// Result is what a run found, schema xbar.result/1: joules, seconds, square
// metres, cycles. Pointers are nil where a quantity is not known or does not
// apply.
type Result struct {
	Schema   string    `json:"schema"`
	Title    string    `json:"title"`
	Seed     int64     `json:"seed"`
	Version  string    `json:"version"`
	Machines []Machine `json:"machines"`
	Failed   []Failure `json:"failed,omitempty"`  // machines that did not run
	Winners  *Winners  `json:"winners,omitempty"` // of two machines or more
}

// Failure is a machine that did not run, and why.
type Failure struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Error string `json:"error"`
}

// Machine is the result of one machine. EnergyJ is for one pass (a batch) in
// the steady state; one-time programming stands apart in Programming, and
// EnergyPerInferenceJ includes its share.
type Machine struct {
	Name                string       `json:"name"`
	Kind                string       `json:"kind"`
	Batch               int64        `json:"batch"`
	Cycles              int64        `json:"cycles"`
	Seconds             float64      `json:"seconds"`
	ClockHz             float64      `json:"clock_hz"`
	MACs                int64        `json:"macs"`
	EnergyJ             float64      `json:"energy_j"`
	EnergyPerInferenceJ float64      `json:"energy_per_inference_j"`
	LatencyS            float64      `json:"latency_s"` // of one pass, from its first input to its last output
	EnergyPerMACJ       float64      `json:"energy_per_mac_j"`
	OpsPerJoule         float64      `json:"ops_per_joule"`
	OpsPerSecond        float64      `json:"ops_per_second"`
	EnergyDelayJS       float64      `json:"energy_delay_js"` // energy per inference × seconds per inference, which are a pass's over its batch
	AreaM2              *float64     `json:"area_m2"`
	OpsPerSecondPerM2   *float64     `json:"ops_per_second_per_m2"` // nil: the area is not known, or nothing
	Categories          Categories   `json:"categories"`
	Components          []Component  `json:"components"`
	Kernels             []Kernel     `json:"kernels"`
	Programming         *Programming `json:"programming,omitempty"` // machines with arrays
	Session             *Session     `json:"session,omitempty"`     // of steps, of which this is the last
	Choice              *Choice      `json:"choice,omitempty"`      // where policy or batch were chosen
	Values              *Values      `json:"values,omitempty"`      // exact values
	Roofline            *Roofline    `json:"roofline,omitempty"`
	Limits              []Limit      `json:"limits,omitempty"`
	BelowFloor          bool         `json:"below_floor,omitempty"`   // a number is below what physics allows, as allow_below_floor lets it
	Loads               []Served     `json:"loads,omitempty"`         // scalar machines
	Notes               []string     `json:"notes,omitempty"`         // assumptions and warnings
	Pipeline            *Pipeline    `json:"pipeline,omitempty"`      // machines that run their kernels at once
	CriticalPath        []Busy       `json:"critical_path,omitempty"` // machines that run one after the other: what a pass's time goes to, the most first; for the rest of it nothing is busy throughout
	PassesMeasured      int64        `json:"passes_measured"`
	Events              int64        `json:"events"`           // of the simulation, passes that are not measured included
	RoundingSeconds     float64      `json:"rounding_seconds"` // what rounding latencies up to cycles costs in one pass, at most
}

// Session is steps that follow each other, each an inference that adds a token to what
// the next attends to. Sums are over all of them, of a batch each; the caches that a
// session begins with are written in its first step.
type Session struct {
	Context int64   `json:"context"` // tokens before the first step's
	EnergyJ float64 `json:"energy_j"`
	Seconds float64 `json:"seconds"`

	// Of an inference, which is a step.
	MeanEnergyJ float64 `json:"mean_energy_j"`
	MeanSeconds float64 `json:"mean_seconds"` // of a step, over its batch

	Cells         float64  `json:"cells"`            // written
	WritesPerCell int64    `json:"writes_per_cell"`  // in the session, of the array that is written most
	DaysToWearOut *float64 `json:"days_to_wear_out"` // session after session; nil: nothing wears, or it takes no time
	Steps         []Step   `json:"steps"`
}

// Step is one of a session.
type Step struct {
	Tokens  int64   `json:"tokens"` // attended to
	EnergyJ float64 `json:"energy_j"`
	Seconds float64 `json:"seconds"`
	Loads   int64   `json:"loads"`   // whole tiles
	Appends int64   `json:"appends"` // tiles to which a column or a row was added
	Cells   int64   `json:"cells"`   // written
}

// Pipeline is what comes of kernels that run at once. The machine's cycles and
// seconds are then those from one pass to the next, its latency that of a pass that
// is alone in the pipeline, and a kernel's cycles those that the row drivers of a copy
// are at its vectors.
type Pipeline struct {
	Bottleneck        string  `json:"bottleneck"` // the kernel whose arrays are busy most, or the component that kernels share
	BottleneckBusy    float64 `json:"bottleneck_busy"`
	BottleneckVectors int64   `json:"bottleneck_vectors"` // in a pass; 0: it is shared
	BottleneckCopies  int64   `json:"bottleneck_copies"`  // among which they are shared out
	BottleneckCycles  int64   `json:"bottleneck_cycles"`  // that one takes
	InferenceLatencyS float64 `json:"inference_latency_s"`
	LoadedLatencyS    float64 `json:"loaded_latency_s"` // of a pass behind others, at full rate
}

// Categories are joules of one pass by category, in the order of every table.
type Categories struct {
	Input       float64 `json:"input"`
	Cells       float64 `json:"cells"`
	Output      float64 `json:"output"`
	Accumulate  float64 `json:"accumulate"`
	Buffer      float64 `json:"buffer"`
	Network     float64 `json:"network"`
	DRAM        float64 `json:"dram"`
	Programming float64 `json:"programming"`
	Compute     float64 `json:"compute"`
	Static      float64 `json:"static"`
}

// Component is what one kind of component did in a pass, over all its
// instances. Its category is that of its costliest action: one component may
// spend in several.
type Component struct {
	Path        string   `json:"path"`
	Category    string   `json:"category"`
	Instances   int64    `json:"instances"`
	EnergyJ     float64  `json:"energy_j"`
	AreaM2      *float64 `json:"area_m2"`     // of all instances; nil: not known
	BusyCycles  int64    `json:"busy_cycles"` // summed over instances
	Utilization float64  `json:"utilization"` // busy cycles over cycles × instances
	Actions     []Action `json:"actions"`
}

// Action is one account.
type Action struct {
	Action   string  `json:"action"`
	Category string  `json:"category"`
	Count    int64   `json:"count"` // mean of the measured passes, rounded; of a leak, cycles (with power gating, busy cycles of all instances)
	EnergyJ  float64 `json:"energy_j"`
}

// Kernel is one kernel's part of a pass.
type Kernel struct {
	Name          string  `json:"name"`
	L             int64   `json:"L"` // vectors in the pass, batch included
	N             int64   `json:"N"`
	M             int64   `json:"M"`
	Groups        int64   `json:"groups,omitempty"` // products of this shape, where there are more than one
	Cycles        int64   `json:"cycles"`
	Seconds       float64 `json:"seconds"`
	EnergyJ       float64 `json:"energy_j"`
	EnergyPerMACJ float64 `json:"energy_per_mac_j"`
	EnergyDelayJS float64 `json:"energy_delay_js"`    // joules × seconds, each per inference; one-time programming has no part in it
	Arrays        int64   `json:"arrays"`             // that the kernel takes, with all its copies
	Replicas      int64   `json:"replicas,omitempty"` // copies of its weights; 0: there are no arrays to hold them
	Reloads       float64 `json:"reloads"`            // tiles loaded per pass

	Bound      string  `json:"bound,omitempty"`       // what most of its time goes to: a component, the busiest while it computes, or "weight loads"
	BoundShare float64 `json:"bound_share,omitempty"` // of its time
	Busy       []Busy  `json:"busy,omitempty"`        // shares of its time, the most first; of many alike, the busiest one's

	Categories *Categories `json:"categories,omitempty"` // of its energy

	Appends float64 `json:"appends,omitempty"` // tiles to which a step of a session adds a column or a row, per pass

	Reload *Reload `json:"reload,omitempty"` // nil: its weights stay where and as they are

	Loops string   `json:"loops,omitempty"` // of a scalar machine, as it went: "lmn, tile_m = 64"
	Loads []Served `json:"loads,omitempty"`
}

// Reload is what loading a kernel's tiles takes in every pass. Sums over kernels
// are [Programming]'s PerPass.
type Reload struct {
	Streams  bool    `json:"streams"` // all tiles are loaded in every pass; else some stay
	Bytes    float64 `json:"bytes"`   // of weights, over the network
	Cells    float64 `json:"cells"`
	EnergyJ  float64 `json:"energy_j"`
	DRAMJ    float64 `json:"dram_j"`
	NetworkJ float64 `json:"network_j"` // and global buffer
	ArraysJ  float64 `json:"arrays_j"`  // written and verified

	// Seconds in which a tile is being loaded, and other work hides it or not.
	HiddenS  float64 `json:"hidden_s"`
	ExposedS float64 `json:"exposed_s"`

	// Of the array that is written most, by this and other kernels, of those
	// that the kernel is loaded into.
	WritesPerCellPerInference float64  `json:"writes_per_cell_per_inference"`
	DaysToWearOut             *float64 `json:"days_to_wear_out"` // without a pause; nil: it takes no time
}

// MACs is the number of multiply-accumulates of the pass.
func (k *Kernel) MACs() float64 {
	return float64(k.L) * float64(k.N) * float64(k.M) * float64(max(k.Groups, 1))
}

// newKernel is a kernel's shape in a pass.
func newKernel(k *workload.Kernel, batch int64) Kernel {
	r := Kernel{Name: k.Name, L: k.L * batch, N: k.N, M: k.M}
	if k.Products() > 1 {
		r.Groups = k.Groups
	}
	return r
}

// Programming says where the weights are and what moving them costs.
type Programming struct {
	Resident                   bool     `json:"resident"`
	CapacityArrays             int64    `json:"capacity_arrays"`
	DemandArrays               int64    `json:"demand_arrays"`
	Policy                     string   `json:"policy"`
	OneTime                    Loads    `json:"one_time"`
	PerPass                    Loads    `json:"per_pass"`
	WritesPerCellPerInference  float64  `json:"writes_per_cell_per_inference"` // of the most written array
	InferencesToWearOut        *float64 `json:"inferences_to_wear_out"`        // nil: never
	DaysToWearOut              *float64 `json:"days_to_wear_out"`              // without a pause; nil: never, or it takes no time
	AmortisedOverInferences    int64    `json:"amortised_over_inferences"`
	OneTimeEnergyPerInferenceJ float64  `json:"one_time_energy_per_inference_j"`
}

// Loads is what loading tiles costs: energy of all that the load touches
// (DRAM, network, buffers, cells), and the time it adds.
type Loads struct {
	Tiles   float64 `json:"tiles"`
	Cells   float64 `json:"cells"`
	EnergyJ float64 `json:"energy_j"`
	Seconds float64 `json:"seconds"`
}

// Values says how the numbers that came out compare with the integer
// reference.
type Values struct {
	Inputs            int64    `json:"inputs"`
	RMSError          float64  `json:"rms_error"` // of the last kernel's outputs, in integer units
	SNRdB             *float64 `json:"snr_db"`    // nil: no error at all
	Accuracy          *float64 `json:"accuracy"`  // nil: no labels
	ReferenceAccuracy *float64 `json:"reference_accuracy"`
	Clipped           int64    `json:"clipped"` // conversions that hit the end of the ADC's range

	Accuracy95 *Interval `json:"accuracy_95,omitempty"` // of all inputs like these, as far as so many of them tell (Wilson)
	Layers     []Layer   `json:"layers,omitempty"`      // of machines whose devices are not ideal
	Trials     *Trials   `json:"trials,omitempty"`      // of workload.trials, where chips differ

	// Of a network with real weights: what it finds before it is one of integers, and
	// where its inputs are from.
	FloatAccuracy *float64 `json:"float_accuracy,omitempty"`
	InputsFrom    string   `json:"inputs_from,omitempty"`

	// Of machines with arrays: what statistical values would have made of the energy.
	EstimatedFrom string           `json:"estimated_from,omitempty"` // as workload.statistics.from
	Energy        []EnergyEstimate `json:"energy,omitempty"`         // kernel by kernel, of a pass
}

// EnergyEstimate is a kernel's energy, and what of it follows the data: cells, drivers
// where zeros are gated, and the adder trees of digital machines.
type EnergyEstimate struct {
	Kernel    string   `json:"kernel"`
	Total     Estimate `json:"total"`
	Following Estimate `json:"following"`
}

// Estimate is an energy from the data beside that from moments, and beside that from one
// energy an action, the mean over all kernels.
type Estimate struct {
	DataJ        float64  `json:"data_j"`
	StatisticalJ float64  `json:"statistical_j"`
	Error        *float64 `json:"error"` // of the latter, relative; nil: there is no energy
	FixedJ       *float64 `json:"fixed_j,omitempty"`
	FixedError   *float64 `json:"fixed_error,omitempty"`
}

// Interval is a range in which a quantity is with 95 % confidence.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Layer says how a kernel's sums compare with exact sums of the inputs that the kernel
// got, which errors of kernels before it are in.
type Layer struct {
	Kernel string   `json:"kernel"`
	SNRdB  *float64 `json:"snr_db"` // nil: no error at all
}

// Trials are chips that differ in what is random about their devices. The first is
// the one whose numbers all others of the result are.
type Trials struct {
	Chips      int64         `json:"chips"`
	Accuracy   *Distribution `json:"accuracy"` // nil: no labels
	SNRdB      *Distribution `json:"snr_db"`   // of the last kernel's outputs; nil: a chip makes no error
	Layers     []LayerTrials `json:"layers"`
	Clipped    Distribution  `json:"clipped"`
	EnergyJ    Distribution  `json:"energy_j"` // of a pass, which follows the data
	Accuracies []float64     `json:"accuracies,omitempty"`
}

// LayerTrials is [Layer], chip by chip.
type LayerTrials struct {
	Kernel string        `json:"kernel"`
	SNRdB  *Distribution `json:"snr_db"` // nil: a chip makes no error
}

// Distribution is that of a quantity over chips.
type Distribution struct {
	Mean      float64  `json:"mean"`
	Mean95    Interval `json:"mean_95"`   // Student's t; of one chip, a point
	Deviation float64  `json:"deviation"` // standard deviation from chip to chip
	Least     float64  `json:"least"`
	Most      float64  `json:"most"`
}
