package configs

import (
	"xbar/adc"
	"xbar/crossbar"
	"xbar/crossbar/device"
	"xbar/crossbar/nonideal"
	"xbar/dac"
	"xbar/digital"
	"xbar/digital/cim"
	"xbar/digital/memory"
	"xbar/digital/network"
	"xbar/digital/peripheral"
	"xbar/digital/systolic"
	"xbar/sim/model"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// Config is one study: a workload and the machines it runs on. The struct
// tags are the schema that [Load] enforces.
type Config struct {
	Title           string    `toml:"title" default:""`
	Seed            int64     `toml:"seed" range:"0..9223372036854775807" default:"1"`
	Inferences      int64     `toml:"inferences" range:"1..1000000000000000" doc:"over which one-time programming is amortised"`
	Granularity     string    `toml:"granularity" enum:"burst|step" default:"burst" doc:"step: an event for every conversion group"`
	AllowBelowFloor bool      `toml:"allow_below_floor" default:"false" doc:"energies below what physics allows, for a thought experiment"`
	Workload        Workload  `toml:"workload"`
	Machines        []Machine `toml:"machine"`

	// Provenance says of every value outside of the machines where it was
	// set, by dotted key ("workload.statistics.input_density").
	Provenance map[string]Origin `toml:"-"`
}

// Workload says what is computed.
type Workload struct {
	Preset     string           `toml:"preset" optional:"true" doc:"a network of the library, \"resnet-50\""`
	Network    string           `toml:"network" optional:"true" doc:"a network file with its weights; or a topology, an ONNX model, or kernels"`
	Topology   string           `toml:"topology" optional:"true" doc:"a SCALE-Sim topology, layers as comma-separated rows"`
	ONNX       string           `toml:"onnx" optional:"true" doc:"an ONNX model: its sizes, and with inputs its weights, where it is layers one after the other"`
	Dims       map[string]int64 `toml:"dims" range:"1..1000000000" optional:"true" doc:"sizes of a model's dimensions that go by a name: { batch = 1, sequence = 128 }"`
	Dataset    string           `toml:"dataset" enum:"fashion-mnist|mnist" optional:"true" doc:"test half of a data set that is installed, below a folder of $XBAR_DATASETS or /usr/share/datasets; where there is none, inputs and labels"`
	Inputs     string           `toml:"inputs" optional:"true" doc:"IDX file of the inputs of a network or an ONNX model"`
	Labels     string           `toml:"labels" optional:"true" doc:"IDX file of their classes"`
	Limit      int64            `toml:"limit" range:"1..1000000000" optional:"true" doc:"use the first so many inputs"`
	InputScale float64          `toml:"input_scale" range:"0..1000000000" optional:"true" doc:"of an ONNX model: the number that a step of its inputs stands for; 1/255 unless given"`
	Calibrate  int64            `toml:"calibration" range:"1..1000000" default:"100" doc:"of an ONNX model: inputs by which full scale of each layer's outputs is found, what 99.99 % of them do not exceed"`
	InputBits  int              `toml:"input_bits" range:"1..32" optional:"true" doc:"of kernels that are imported or the library's, where their file does not say; 8 unless given"`
	WeightBits int              `toml:"weight_bits" range:"1..32" optional:"true" doc:"of kernels that are imported or the library's, where their file does not say; 8 unless given"`
	OutputBits int              `toml:"output_bits" range:"1..64" optional:"true" doc:"of kernels that are imported or the library's; 8 unless given"`
	Activation bool             `toml:"activation" default:"false" doc:"of kernels that are imported: each output is rescaled, a bias added and the result clamped; the library's do it anyway"`
	Batch      int64            `toml:"batch" range:"1..1000000" default:"1" doc:"inputs per pass"`
	Context    int64            `toml:"context" range:"0..100000000" optional:"true" doc:"of a session: tokens of the prompt, to which the first step attends beside its own"`
	Steps      int64            `toml:"steps" range:"1..1000000" optional:"true" doc:"of a session: an inference is a step, which adds a token to what kernels with a cache attend to; results are of the last step, and the session's beside them"`
	Values     string           `toml:"values" enum:"statistical|exact" default:"statistical"`
	Trials     int64            `toml:"trials" range:"1..100000" optional:"true" doc:"of exact values: so many chips, which differ in what is random about devices and converters; the result is the first one's, and how they differ stands beside it"`
	Statistics Statistics       `toml:"statistics"`
	Kernels    []Kernel         `toml:"kernel"`

	Chain     *workload.Chain `toml:"-"` // of an ONNX model with inputs
	Installed bool            `toml:"-"` // the data set is: Inputs and Labels are its files
}

// Statistics are the moments from which data-dependent energies follow when
// values are statistical.
type Statistics struct {
	From            string    `toml:"from" enum:"assumed|histogram|rows" optional:"true" doc:"assumed: the means below; histogram: numbers through slices and columns; rows: a network's own, row by row"`
	Sample          int64     `toml:"sample" range:"1..1000000" default:"100" doc:"inputs of a network that are looked at"`
	InputHistogram  []float64 `toml:"input_histogram" optional:"true" doc:"shares of inputs evenly spaced from the lowest to the highest"`
	WeightHistogram []float64 `toml:"weight_histogram" optional:"true" doc:"shares of weights evenly spaced from the lowest to the highest"`
	InputDensity    float64   `toml:"input_density" range:"0..1" default:"0.5" doc:"share of input slices that are not zero"`
	InputMean       float64   `toml:"input_mean" range:"0..1" default:"0.5" doc:"mean size of a slice over its full scale; of a slice of several bits, the share of them that are set"`
	InputMeanSquare float64   `toml:"input_mean_square" range:"0..1" default:"0.5" doc:"mean square of a slice over its full scale"`
	WeightMean      float64   `toml:"weight_mean" range:"0..1" default:"0.5" doc:"mean cell level over its full scale; of the bits of a cell, the share that are set"`
}

// Kernel is Y[L×M] = X[L×N]·W[N×M].
type Kernel struct {
	Name         string `toml:"name"`
	L            int64  `toml:"L" range:"1..1000000000" doc:"input vectors of one inference"`
	N            int64  `toml:"N" range:"1..1000000000" doc:"length of an input vector, the reduction"`
	M            int64  `toml:"M" range:"1..1000000000" doc:"outputs"`
	Groups       int64  `toml:"groups" range:"1..1000000000" default:"1" doc:"of a grouped or depthwise convolution: so many products of this shape, each with inputs, weights and outputs of its own; N and M are those of one group"`
	Distinct     int64  `toml:"distinct_inputs" range:"1..1000000000000000000" optional:"true" doc:"inputs of one inference, each counted once, where windows of a convolution overlap: they come from DRAM once; all groups together; L·N × groups if left out"`
	Ahead        int64  `toml:"ahead" range:"0..1000000000000000000" default:"0" doc:"inputs that a vector waits for beyond its share of them, the first (v+1)/L: rows of the window behind its middle, and those of a pooling before it"`
	Behind       int64  `toml:"behind" range:"0..1000000000000000000" default:"0" doc:"inputs before its share that a vector still uses"`
	InputBits    int    `toml:"input_bits" range:"1..32" default:"8"`
	WeightBits   int    `toml:"weight_bits" range:"1..32" default:"8"`
	OutputBits   int    `toml:"output_bits" range:"1..64" default:"8"`
	SignedInput  bool   `toml:"signed_input" default:"false"`
	SignedWeight bool   `toml:"signed_weight" default:"true" doc:"of weights drawn for exact values"`
	Activation   bool   `toml:"activation" default:"false" doc:"each output is rescaled, a bias added and the result clamped"`
	Operations   int64  `toml:"operations" range:"0..1000000000000" default:"0" doc:"steps of arithmetic beside the product before the next kernel takes its outputs, of one inference: pooling, residual sums, softmax, normalisation"`
	Operands     int64  `toml:"operands" range:"0..1000000000000" default:"0" doc:"numbers that these read from a buffer"`
	Results      int64  `toml:"results" range:"0..1000000000000" default:"0" doc:"numbers that these write to a buffer"`
	Dynamic      bool   `toml:"dynamic" default:"false" doc:"both operands are activations: the array is written for every input"`
	Cache        string `toml:"cache" enum:"none|columns|rows" default:"none" doc:"of a dynamic kernel in a session: what W was in the step before stays, and it has an output more (columns, as QK) or an input more (rows, as AV); operations, operands and results are in proportion"`
	Replicas     int64  `toml:"replicas" range:"1..1000000" default:"1" doc:"copies of its weights, in arrays of their own, among which its vectors are shared"`
	Repeat       int64  `toml:"repeat" range:"1..10000" default:"1" doc:"so many kernels of this shape, each with weights of its own"`
}

// Machine is one machine. Sections that carry kinds belong to machines of those
// kinds only and are required there, but for kinds that can spare them.
type Machine struct {
	Name      string     `toml:"name"`
	Kind      string     `toml:"kind" enum:"analog|scalar|systolic|digital-cim"`
	Preset    string     `toml:"preset" optional:"true"`
	Batch     int64      `toml:"batch" range:"1..1000000" optional:"true" doc:"overrides workload.batch"`
	BatchUpTo int64      `toml:"batch_up_to" range:"1..1000000" optional:"true" doc:"choose the batch, up to so many, that makes minimize least"`
	Minimize  string     `toml:"minimize" enum:"energy|latency|energy-delay" default:"energy-delay" doc:"of an inference, what chip.reload, replication or execution = auto and batch_up_to choose by; latency is its share of a pass"`
	Clock     unit.Hertz `toml:"clock" check:"positive"`
	Kelvin    float64    `toml:"temperature_k" range:"1..1000" default:"300" doc:"kelvin, for the physical floors"`

	Array systolic.Array `toml:"array" kind:"systolic"`
	PE    systolic.PE    `toml:"pe" kind:"systolic"`

	Supply       Supply                 `toml:"supply" kind:"analog|digital-cim"`
	Chip         Chip                   `toml:"chip" kind:"analog|digital-cim"`
	Crossbar     crossbar.Config        `toml:"crossbar" kind:"analog|digital-cim"`
	Cell         device.Config          `toml:"cell" kind:"analog|digital-cim"`
	Devices      nonideal.Config        `toml:"devices" kind:"analog" spare:"analog"`
	DAC          dac.Config             `toml:"dac" kind:"analog|digital-cim"`
	SampleHold   crossbar.SampleHold    `toml:"sample_hold" kind:"analog"`
	ADC          adc.Config             `toml:"adc" kind:"analog"`
	AdderTree    cim.AdderTree          `toml:"adder_tree" kind:"digital-cim"`
	ShiftAdd     peripheral.ShiftAdd    `toml:"shift_add" kind:"analog|digital-cim"`
	Accumulator  peripheral.Accumulator `toml:"accumulator" kind:"analog|digital-cim"`
	Activation   peripheral.Activation  `toml:"activation" kind:"analog|digital-cim|systolic"`
	InputBuffer  memory.Buffer          `toml:"input_buffer" kind:"analog|digital-cim|systolic"`
	WeightBuffer memory.Buffer          `toml:"weight_buffer" kind:"systolic"`
	OutputBuffer memory.Buffer          `toml:"output_buffer" kind:"analog|digital-cim|systolic"`
	GlobalBuffer memory.Buffer          `toml:"global_buffer" kind:"analog|digital-cim"`
	Network      network.Config         `toml:"network" kind:"analog|digital-cim|systolic" spare:"systolic"`
	DRAM         memory.DRAM            `toml:"dram" kind:"analog|digital-cim|systolic"`
	Digital      systolic.Side          `toml:"digital" kind:"analog|digital-cim" spare:"analog|digital-cim"`

	Scalar digital.Config `toml:"core" kind:"scalar"`
	Memory digital.Memory `toml:"memory" kind:"scalar"`

	// Provenance says, for every number of this machine, where it was set
	// and which publication it comes from, by dotted key ("adc.resolution").
	Provenance map[string]Origin `toml:"-"`

	// Replaced are a preset's zeros that were overridden by more, for what they stand
	// for may be charged elsewhere still, sorted by key.
	Replaced []Replaced `toml:"-"`
}

// Replaced is an energy, power or capacitance that a preset had as zero, and why.
type Replaced struct{ Key, Preset, Why string }

// MostBatch is the largest batch that the machine may run in, where the workload
// asks for so many.
func (m *Machine) MostBatch(workload int64) int64 {
	switch {
	case m.BatchUpTo > 0:
		return m.BatchUpTo
	case m.Batch > 0:
		return m.Batch
	}
	return workload
}

// TreeInputs are the rows and the bits of an operand of a digital machine's adder
// trees.
func (m *Machine) TreeInputs() cim.Inputs {
	width := m.Cell.Bits + m.DAC.Bits
	if m.Cell.Bits == 1 || m.DAC.Bits == 1 {
		width--
	}
	return cim.Inputs{Rows: m.rowsAtOnce(), Operand: model.Input{Symbol: "b", Value: float64(width), Source: "bits of an input digit times a stored level"}}
}

// Systolic is the description of a systolic machine.
func (m *Machine) Systolic() systolic.Config {
	s := systolic.Config{
		Array: m.Array, PE: m.PE,
		InputBuffer: m.InputBuffer, WeightBuffer: m.WeightBuffer, OutputBuffer: m.OutputBuffer,
		DRAM: m.DRAM, Activation: m.Activation,
		Written: func(section, key string) bool { return m.Written(section)(key) }, Knows: m.Knows,
	}
	if m.Has("network") {
		s.Network = &m.Network
	}
	return s
}

// Has says whether a section that the machine can spare was written.
func (m *Machine) Has(section string) bool {
	_, ok := m.Provenance[section+".model"]
	return ok
}

// HasSide says whether the machine has a digital side.
func (m *Machine) HasSide() bool {
	_, ok := m.Provenance["digital.rows"]
	return ok
}

// Chip says how many arrays there are and what happens when the model needs
// more.
type Chip struct {
	Tiles         int              `toml:"tiles" range:"1..1000000"`
	ArraysPerTile int              `toml:"arrays_per_tile" range:"1..65536"`
	Reload        string           `toml:"reload" enum:"lru|pin|optimal|auto" default:"lru" doc:"auto: what makes machine.minimize least, by simulation"`
	OverlapReload bool             `toml:"overlap_reload" default:"false" doc:"write free arrays while others compute; reload = auto may do without"`
	Dynamic       string           `toml:"dynamic" enum:"array|digital|auto" default:"array" doc:"where dynamic kernels are computed: on arrays that are written for every input, or on machine.digital; auto: by kernel, what makes machine.minimize least, by simulation"`
	Cache         string           `toml:"cache" enum:"keep|rewrite" default:"keep" doc:"of kernels with a cache on arrays: they stay there as long as there is room, or are written anew from DRAM in each step"`
	Replication   string           `toml:"replication" enum:"none|balance|auto" default:"none" doc:"balance: spare arrays, of 131072 at most, take copies of the slowest kernels; auto: if that makes machine.minimize less"`
	Execution     string           `toml:"execution" enum:"layers|pipeline|auto" default:"layers" doc:"pipeline: all kernels at once, each as soon as its inputs are there; auto: if that makes machine.minimize less"`
	Keep          string           `toml:"keep" enum:"vectors|waves" default:"vectors" doc:"what pin keeps first: tiles of the kernels with most vectors, or of each kernel those that the streaming arrays do not hold at once, so that all its tiles compute together; reload = auto tries both"`
	Waves         string           `toml:"waves" enum:"full|columns" default:"full" doc:"a kernel's tiles compute as many at once as arrays are free, or fewer, if a column of them would be cut, whose sums go to the global buffer and back; on a mesh or tree reload = auto tries both"`
	StreamArrays  int              `toml:"stream_arrays" range:"1..1000000" default:"1" doc:"arrays that pin leaves for the tiles that stream"`
	PowerGating   bool             `toml:"power_gating" default:"false" doc:"an idle component does not leak"`
	StaticPower   unit.Watt        `toml:"static_power" doc:"drawn at all times beside the components"`
	StaticArea    unit.SquareMetre `toml:"static_area" optional:"true" doc:"beside the components"`
}

// Origin is where a value was written and what vouches for it.
type Origin struct {
	Where  string // file:line:col, or the preset's name
	Source string // publication, table; empty if none was given
	Text   string // the value as it was written
}
