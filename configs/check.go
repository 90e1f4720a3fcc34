package configs

import (
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"xbar/crossbar/encode"
	"xbar/crossbar/nonideal"
	"xbar/digital"
	"xbar/sim/unit"
)

// check reports what no single key can tell. A check is left out when a value
// that it needs is wrong by itself.
func (d *decoder) check(c *Config, root *node) {
	w := root.child("workload")
	if w == nil {
		w = root
	}
	d.checkWorkload(c, w)
	d.checkSizes(c, w)
	if machines := root.child("machine"); machines == nil || (machines.kind == list && len(machines.children) == 0) {
		d.errs.addf(root.at, "no machine: add a table [[machine]] with name, kind and preset")
	}
	names := map[string]bool{}
	for _, m := range d.machines {
		if names[m.Name] && m.given("name") {
			d.errs.addf(m.blame("name"), "a second machine named %s: results could not be told apart", quote(m.Name))
		}
		names[m.Name] = true
		if m.Batch > 0 && m.BatchUpTo > 0 {
			d.errs.addf(m.blame("batch_up_to", "batch"), "batch = %d beside batch_up_to = %d, by which it is chosen: leave one out", m.Batch, m.BatchUpTo)
		}
		d.checkAnalog(m)
		d.checkSide(m)
		d.checkWeights(m, c.Workload.Kernels)
		d.checkBuffers(m, c)
		d.checkCore(m)
		d.checkLevels(m)
		if len(d.errs.found) == 0 {
			d.checkLimits(m, c.AllowBelowFloor)
		}
	}
}

// values are exact up to this width: a product of two fits an int32.
const maxExactBits = 16

func (d *decoder) checkWorkload(c *Config, n *node) {
	network, topology, model, kernels, preset := n.child("network"), n.child("topology"), n.child("onnx"), n.child("kernel"), n.child("preset")
	switch {
	case network == nil && topology == nil && model == nil && kernels == nil && preset == nil:
		d.errs.addf(n.at, "no work: give [[workload.kernel]] tables, a preset of the library, a topology, an onnx model, or a network and its inputs")
	case preset != nil && (model != nil || topology != nil || network != nil || kernels != nil):
		d.errs.addf(preset.at, "a preset beside a topology, an onnx model, a network or [[workload.kernel]] tables: leave one out, for a preset brings its own kernels")
	case model != nil && (topology != nil || network != nil || kernels != nil):
		d.errs.addf(model.at, "an onnx model beside a topology, a network or [[workload.kernel]] tables: leave one out, for a model brings its own kernels")
	case topology != nil && (network != nil || kernels != nil):
		d.errs.addf(topology.at, "a topology beside a network or [[workload.kernel]] tables: leave one out, for a topology brings its own kernels")
	case network != nil && kernels != nil:
		d.errs.addf(network.at, "a network and [[workload.kernel]] tables: leave one out, for a network brings its own kernels")
	case network != nil && n.child("inputs") == nil && n.child("dataset") == nil:
		d.errs.addf(network.at, "a network needs inputs = \"….idx\", the file of its inputs")
	case kernels != nil && kernels.kind == list && len(kernels.children) == 0:
		d.errs.addf(kernels.at, "no work: the list of kernels is empty")
	}
	for _, key := range []string{"inputs", "labels", "limit", "dataset"} {
		if given := n.child(key); given != nil && network == nil && model == nil {
			d.errs.addf(given.keyAt, "%s belongs to a network or an ONNX model, and none is given", key)
		}
	}
	for _, key := range []string{"labels", "limit", "input_scale", "calibration"} {
		if given := n.child(key); given != nil && model != nil && n.child("inputs") == nil && n.child("dataset") == nil {
			d.errs.addf(given.keyAt, "%s belongs to a model with inputs, and none are given", key)
		}
	}
	for _, key := range []string{"input_scale", "calibration"} {
		if given := n.child(key); given != nil && model == nil {
			d.errs.addf(given.keyAt, "%s belongs to an ONNX model, whose numbers are real, and none is given", key)
		}
	}
	for _, key := range []string{"input_bits", "weight_bits", "output_bits", "activation"} {
		if given := n.child(key); given != nil && topology == nil && model == nil && preset == nil {
			d.errs.addf(given.keyAt, "%s of a workload is that of a preset's, a topology's or a model's kernels, and none is given; each kernel has its own", key)
		}
	}
	if given := n.child("dims"); given != nil && model == nil {
		d.errs.addf(given.keyAt, "dims belongs to an ONNX model, and none is given")
	}
	if given := n.child("trials"); given != nil && c.Workload.Values != "exact" {
		d.errs.addf(given.keyAt, "trials are of chips whose numbers differ, and values are %s: take values = \"exact\"", c.Workload.Values)
	}
	d.checkStatistics(c, n)
	d.checkCopies(c)
	d.checkSession(c, n)
	d.checkWindows(c)
	if c.Workload.Values != "exact" || network != nil {
		return
	}
	for i, k := range c.Workload.Kernels {
		path := element("workload.kernel", i)
		for _, width := range []struct {
			key  string
			bits int
		}{{"input_bits", k.InputBits}, {"weight_bits", k.WeightBits}} {
			if l := d.leaves[path+"."+width.key]; width.bits > maxExactBits && l.at.doc != nil {
				d.errs.addf(l.at, "%s = %d: exact values have at most %d bits; with more, take values = \"statistical\"", width.key, width.bits, maxExactBits)
			}
		}
		if k.Dynamic {
			d.errs.addf(d.leaves[path+".dynamic"].at, "a dynamic kernel has no values of its own: take values = \"statistical\"")
		}
	}
}

// checkCopies reports weights that change with every input where they would have to
// stay: in copies, and in a pipeline.
func (d *decoder) checkCopies(c *Config) {
	for i, k := range c.Workload.Kernels {
		if !k.Dynamic {
			continue
		}
		path := element("workload.kernel", i)
		if k.Replicas > 1 {
			d.errs.addf(d.leaves[path+".replicas"].at, "replicas = %d of a dynamic kernel, whose arrays are written for every input", k.Replicas)
		}
		for _, m := range d.machines {
			if m.Chip.Execution == "pipeline" {
				if m.Chip.Dynamic == "digital" {
					d.errs.addf(d.leaves[path+".dynamic"].at, "a dynamic kernel needs all of its second operand before it begins, on a digital side too, and in execution = \"pipeline\" of machine %s each begins with what the one before has given so far", quote(m.Name))
					break
				}
				d.errs.addf(d.leaves[path+".dynamic"].at, "a dynamic kernel is written for every input, and execution = \"pipeline\" of machine %s keeps all weights in place", quote(m.Name))
				break
			}
		}
	}
}

// checkSession reports a session in which nothing grows, and what cannot grow.
func (d *decoder) checkSession(c *Config, n *node) {
	w := &c.Workload
	grows := false
	for i, k := range w.Kernels {
		cached := k.Cache == "columns" || k.Cache == "rows"
		grows = grows || cached
		if cached && !k.Dynamic {
			d.errs.addf(d.leaves[element("workload.kernel", i)+".cache"].at, "cache = %s of a kernel whose weights stay as they are: it belongs to one that is dynamic = true", quote(k.Cache))
		}
	}
	steps, context := n.child("steps"), n.child("context")
	if context != nil && steps == nil {
		d.errs.addf(context.keyAt, "context belongs to a session, and none is given: add steps")
	}
	if steps != nil && !grows && len(w.Kernels) > 0 {
		d.errs.addf(steps.keyAt, "a session of steps, and no kernel grows in it: give those that attend cache = \"columns\" (QK) or \"rows\" (AV)")
	}
	if steps != nil && w.Network != "" {
		d.errs.addf(steps.keyAt, "a session of steps, and a network's kernels do not grow")
	}
}

// checkSide reports dynamic kernels that are to be computed on a digital side where
// there is none.
func (d *decoder) checkSide(m *machine) {
	if dynamic := m.Chip.Dynamic; (dynamic == "digital" || dynamic == "auto") && m.node.child("digital") == nil {
		d.errs.add(m.blame("chip.dynamic"), Error{
			Message: "dynamic = " + quote(dynamic) + " needs a digital side, and the machine has none: add [machine.digital], of PEs beside the arrays, or its preset",
			Allowed: strings.Join(machineSchema.field("digital").sub.required(), ", "),
		})
	}
}

// checkWindows reports windows with more inputs than their vectors use.
func (d *decoder) checkWindows(c *Config) {
	for i, k := range c.Workload.Kernels {
		at := func(key string) span { return d.leaves[element("workload.kernel", i)+"."+key].at }
		groups := max(k.Groups, 1)
		uses, fits := product(k.L, k.N, groups)
		if !fits {
			continue // [decoder.checkSizes] says so
		}
		if k.Distinct > uses {
			d.errs.addf(at("distinct_inputs"), "distinct_inputs = %d, but L·N × groups = %d·%d × %d use %d", k.Distinct, k.L, k.N, groups, uses)
			continue
		}
		if k.Distinct%groups > 0 {
			d.errs.addf(at("distinct_inputs"), "distinct_inputs = %d cannot be shared out among %d groups, each of which has as many", k.Distinct, groups)
		}
		if k.Distinct > 0 {
			uses = k.Distinct
		}
		for _, of := range []struct {
			key    string
			inputs int64
		}{{"ahead", k.Ahead}, {"behind", k.Behind}} {
			if of.inputs > uses {
				d.errs.addf(at(of.key), "%s = %d of %d inputs", of.key, of.inputs, uses)
			}
		}
	}
}

// checkStatistics reports means of statistical values that nothing is there to
// take from.
func (d *decoder) checkStatistics(c *Config, n *node) {
	stats := n.child("statistics")
	if stats == nil || stats.kind != table {
		return
	}
	from := stats.child("from")
	switch network := n.child("network") != nil || c.Workload.Chain != nil; {
	case from == nil:
	case c.Workload.Statistics.From == "rows" && !network:
		d.errs.addf(from.at, "from = \"rows\" looks at the inputs and weights of a network, and none is given; with kernels, take \"histogram\" or \"assumed\"")
	case c.Workload.Statistics.From == "assumed":
		for _, key := range []string{"input_histogram", "weight_histogram"} {
			if given := stats.child(key); given != nil {
				d.errs.addf(given.keyAt, "%s beside from = \"assumed\", which takes the means instead", key)
			}
		}
	}
}

// maxKernels bounds what a workload makes the simulator hold, repeats counted.
const maxKernels = 10_000

// checkSizes reports more kernels than are simulated, and products that do not
// fit the counters, the largest of which is the number of MACs of a pass over
// all kernels.
func (d *decoder) checkSizes(c *Config, n *node) {
	batch := c.Workload.Batch
	for _, m := range d.machines {
		batch = max(batch, m.MostBatch(batch))
	}
	total, kernels := int64(0), int64(0)
	for i, k := range c.Workload.Kernels {
		if kernels += max(k.Repeat, 1); kernels > maxKernels {
			at := n.at
			if l := d.leaves[element("workload.kernel", i)+".repeat"]; l.at.doc != nil {
				at = l.at
			}
			d.errs.addf(at, "%d kernels so far, repeats counted; at most %d are simulated", kernels, maxKernels)
			return
		}
		macs, fits := product(k.L, k.N, k.M, max(k.Groups, 1), max(k.Repeat, 1), max(batch, 1))
		if total += macs; fits && total >= 0 {
			continue
		}
		at := n.at
		if l, ok := d.leaves[element("workload.kernel", i)+".L"]; ok {
			at = l.at
		}
		d.errs.addf(at, "kernel %s: L·N·M × groups × repeat × batch = %d·%d·%d × %d × %d × %d, summed over the kernels so far, is more than the %d MACs that can be counted",
			quote(k.Name), k.L, k.N, k.M, max(k.Groups, 1), max(k.Repeat, 1), max(batch, 1), int64(math.MaxInt64))
		return
	}
}

// product multiplies positive factors, and says whether the result fits.
func product(factors ...int64) (int64, bool) {
	result := uint64(1)
	for _, f := range factors {
		high, low := bits.Mul64(result, uint64(f))
		if high != 0 || low > math.MaxInt64 {
			return 0, false
		}
		result = low
	}
	return int64(result), true
}

// given says whether all the keys were read, be it from a default.
func (m *machine) given(keys ...string) bool {
	for _, key := range keys {
		if _, ok := m.leaves[key]; !ok {
			return false
		}
	}
	return true
}

// blame is where the user last wrote one of the keys: in an argument, in the
// file, or else in the preset.
func (m *machine) blame(keys ...string) span {
	at, best := m.node.at, -2
	for _, key := range keys {
		l := m.leaves[key]
		if l.at.doc == nil {
			continue
		}
		weight := l.at.doc.rank
		if weight == 1 { // a preset
			weight = -1
		}
		if weight > best {
			at, best = l.at, weight
		}
	}
	return at
}

// written is a value as the user wrote it.
func (m *machine) written(key string) string { return quoteless(m.leaves[key].origin.Text) }

func (d *decoder) checkAnalog(m *machine) {
	if m.given("chip.tiles", "chip.arrays_per_tile") {
		d.checkChip(m)
	}
	if x := &m.Crossbar; m.given("crossbar.active_rows", "crossbar.rows") && x.ActiveRows > x.LogicalRows() {
		d.errs.addf(m.blame("crossbar.active_rows", "crossbar.rows", "crossbar.fold"), "active_rows = %d, and the array has rows = %d", x.ActiveRows, x.LogicalRows())
	}
	if x := &m.Crossbar; m.given("crossbar.encoding", "crossbar.column_flip") && x.ColumnFlip &&
		x.Encoding != string(encode.Offset) && x.Encoding != string(encode.Magnitude) {
		d.errs.addf(m.blame("crossbar.column_flip", "crossbar.encoding"), "column_flip needs encoding offset or magnitude, and it is %s: levels of other encodings cannot be inverted", x.Encoding)
	}
	if m.given("adder_tree.per_array", "crossbar.cols") && m.AdderTree.PerArray > m.Crossbar.LogicalCols() {
		d.errs.addf(m.blame("adder_tree.per_array", "crossbar.cols", "crossbar.fold"), "per_array = %d adder trees, and the array has cols = %d", m.AdderTree.PerArray, m.Crossbar.LogicalCols())
	}
	if x := &m.Crossbar; m.given("crossbar.fold", "crossbar.cols") && x.Fold > x.Cols {
		d.errs.addf(m.blame("crossbar.fold", "crossbar.cols"), "fold = %d columns share an output, and the array has cols = %d", x.Fold, x.Cols)
	}
	if x := &m.Crossbar; m.given("crossbar.column_flip", "crossbar.analog_sum") && x.ColumnFlip && x.AnalogSum != "none" {
		d.errs.addf(m.blame("crossbar.column_flip", "crossbar.analog_sum"), "column_flip with analog_sum = %s: a column that is summed with others before its conversion cannot be inverted by itself", quote(x.AnalogSum))
	}
	if m.given("adc.per_array", "crossbar.cols") && m.ADC.PerArray > m.Crossbar.LogicalCols() && m.Crossbar.Fold <= m.Crossbar.Cols {
		d.errs.addf(m.blame("adc.per_array", "crossbar.cols", "crossbar.fold"), "per_array = %d converters, and the array has cols = %d", m.ADC.PerArray, m.Crossbar.LogicalCols())
	}
	d.checkConductance(m)
	d.checkDevices(m)
	d.checkHolding(m)
	d.checkConverter(m)
	d.checkErrors(m)
	d.checkSupply(m)
	d.checkTrees(m)
	d.checkNetwork(m)
	d.checkParts(m)
	if m.given("adc.enob", "adc.node") && m.ADC.Modelled() {
		if err := m.ADC.Regression().Check(); err != nil {
			d.errs.addf(m.blame("adc.latency", "adc.interval", "adc.cycle"), "the energy of a conversion cannot be told from enob, node and latency: %v", err)
		}
	}
	if m.given("adc.model", "adc.leakage", "adc.leakage_share") && m.ADC.Modelled() && m.ADC.Leakage > 0 && m.ADC.LeakageShare == 0 {
		d.errs.addf(m.blame("adc.leakage", "adc.leakage_share"), "leakage = %s would be charged twice: with leakage_share = 0 the regression's energy of a conversion holds all that a converter takes, what it leaks included; leave leakage out, or give leakage_share, the part of the energy that is leakage",
			m.written("adc.leakage"))
	}
}

// checkDevices reports devices that the array cannot have, or that lack a number.
func (d *decoder) checkDevices(m *machine) {
	v, x := &m.Devices, &m.Crossbar
	d.drawWires(m)
	if v.OnOffRatio > 0 && x.Encoding != string(encode.Offset) && x.Encoding != string(encode.Differential) && m.given("crossbar.encoding") {
		d.errs.addf(m.blame("devices.on_off_ratio", "crossbar.encoding"), "on_off_ratio needs encoding offset or differential, and it is %s: nothing takes off what cells at level zero conduct", x.Encoding)
	}
	if v.Supply == "columns" && !v.Resistive() && m.given("devices.supply") {
		d.errs.addf(m.blame("devices.supply"), "supply = \"columns\" of wires without resistance, which is the same as \"rows\": give row_resistance, of a supply wire, or column_resistance")
	}
	if !v.Ideal() && x.ColumnFlip {
		d.errs.addf(m.blame("crossbar.column_flip"), "column_flip beside [machine.devices]: of columns that are no whole levels none is inverted exactly; set it to false")
	}
	d.checkEffects(m)
	if !v.Resistive() {
		return
	}
	wires := []string{"devices.row_resistance", "devices.column_resistance", "devices.sense_resistance"}
	if v.OnConductance == 0 && m.Cell.GOn == 0 {
		d.errs.addf(m.blame(wires...), "wires are resistive beside a cell, and no conductance is known: give on_conductance, or cell.g_on")
	}
	on := float64(v.OnConductance)
	if on == 0 {
		on = float64(m.Cell.GOn)
	}
	for i, r := range []unit.Ohm{v.RowResistance, v.ColumnResistance, v.SenseResistance} {
		if most := []float64{1, 1, 1e6}[i]; float64(r)*on > most {
			d.errs.addf(m.blame(wires[i]), "%s = %v beside cells of %v: at most %g times what a cell at the top level has is simulated",
				strings.TrimPrefix(wires[i], "devices."), r, unit.Ohm(1/on), most)
		}
	}
	if x.Fold > 1 {
		d.errs.addf(m.blame("crossbar.fold"), "fold = %d beside resistive wires: columns that share an output are solved as one", x.Fold)
	}
	if n := x.Rows * x.Cols * min(x.Rows, x.Cols); m.given("crossbar.rows", "crossbar.cols") && n > maxWires {
		d.errs.addf(m.blame(wires...), "wires of an array of %d×%d: at most %d×%d is solved", x.Rows, x.Cols, maxWired, maxWired)
	}
}

// drawWires gives the wires of a node their resistance, or reports what it lacks.
func (d *decoder) drawWires(m *machine) {
	const node, pitch = "devices.wire_node", "crossbar.cell_pitch"
	v := &m.Devices
	switch {
	case v.WireNode == 0:
	case v.RowResistance > 0 || v.ColumnResistance > 0:
		d.errs.addf(m.blame(node, "devices.row_resistance", "devices.column_resistance"), "wire_node beside row_resistance or column_resistance: wires of a node have its resistance; give one or the other")
	case m.Crossbar.CellPitch == 0:
		d.errs.addf(m.blame(node), "wire_node = %s, and how far apart cells are is not known: give crossbar.cell_pitch, and crossbar.node beside it", m.written(node))
	case m.given(node, pitch):
		v.Pitch = m.Crossbar.CellPitch
		segment := unit.Ohm(v.Segment().Value)
		v.RowResistance, v.ColumnResistance = segment, segment
	}
}

// checkEffects reports what is random about cells and cannot be worked out.
func (d *decoder) checkEffects(m *machine) {
	v := &m.Devices
	written := func(key string) bool { return m.leaves["devices."+key].at.doc != nil }
	wrong := func(key, format string, arguments ...any) {
		d.errs.addf(m.blame("devices."+key), format, arguments...)
	}
	generic := v.Programming == "normal" || v.Programming == "uniform"
	if generic && !written("programming_error") {
		wrong("programming", "programming = %s lacks programming_error, its standard deviation over the conductance of a cell at the top level", quote(v.Programming))
	}
	if !generic && written("programming_error") {
		wrong("programming_error", "programming_error belongs to programming = \"normal\" or \"uniform\"; published errors have their own")
	}
	if (v.ReadNoise == "normal") != written("read_error") {
		wrong("read_error", "read_error and read_noise = \"normal\" belong together")
	}
	if (v.ReadNoise == "thermal") != (v.ReadBandwidth > 0) {
		wrong("read_bandwidth", "read_bandwidth and read_noise = \"thermal\" belong together")
	}
	if v.OnOffRatio == 0 && (v.ProgrammingScaling == "inverse" && generic || v.ReadScaling == "inverse" && v.ReadNoise == "normal") {
		d.errs.addf(m.blame("devices.programming_scaling", "devices.read_scaling"), "an error that is inverse to the conductance is without bound where that is zero: give on_off_ratio")
	}
	if v.StuckOff+v.StuckOn > 1 {
		wrong("stuck_on", "stuck_off = %g and stuck_on = %g are more than all cells", v.StuckOff, v.StuckOn)
	}
	d.checkDrift(m)
	d.checkSolved(m)
	on := v.OnConductance
	if on == 0 {
		on = m.Cell.GOn
	}
	for _, key := range []string{"programming", "drift", "read_noise"} {
		name := map[string]string{"programming": v.Programming, "drift": v.Drift, "read_noise": v.ReadNoise}[key]
		p := nonideal.Find(name)
		if on == 0 && (name == "thermal" || p != nil && p.Full == 0) {
			wrong(key, "%s = %s goes with conductances, and none is known: give on_conductance, or cell.g_on", key, quote(name))
		}
	}
	if v.ReadNoise != "" && v.Resistive() && !v.Iterated() && (v.Supply == "columns" || m.Crossbar.Layout == "interleaved") {
		d.errs.addf(m.blame("devices.read_noise", "devices.supply", "crossbar.layout"), "read_noise beside resistive wires needs supply = \"rows\" and a layout that is not interleaved, or wire_noise = \"solved\": else no level stands for a cell by itself")
	}
	if v.ReadNoise == "thermal" && m.Cell.ReadVoltage == 0 {
		wrong("read_noise", "read_noise = \"thermal\" is beside a current, and cell.read_voltage is not given")
	}
}

// checkDrift reports a time at which nothing is known of a device.
func (d *decoder) checkDrift(m *machine) {
	v := &m.Devices
	t, at := float64(v.DriftTime), m.blame("devices.drift_time", "devices.drift")
	if v.Drift != "" && m.leaves["devices.drift_time"].at.doc == nil {
		d.errs.addf(at, "drift = %s lacks drift_time, since cells were programmed", quote(v.Drift))
		return
	}
	if p := nonideal.Find(v.Drift); p != nil && p.Drift.Start == 0 && t < 1 {
		d.errs.addf(at, "drift = %s follows the logarithm of the time in seconds: drift_time = %v is less than 1 s", quote(v.Drift), v.DriftTime)
	}
	p := nonideal.Find(v.Programming)
	if p == nil || p.At(t) != nil {
		return
	}
	var times []string
	for i := range p.Errors {
		times = append(times, strconv.FormatFloat(p.Errors[i].Time, 'f', -1, 64)+" s")
	}
	d.errs.addf(at, "programming = %s was measured after %s, and not after drift_time = %v", quote(p.Name), enumerate(times), v.DriftTime)
}

// maxWired is the size of an array whose wires take some minutes.
const (
	maxWired = 1024
	maxWires = maxWired * maxWired * maxWired
)

// maxArrays bounds what a chip makes the simulator hold, maxCells what it makes
// it count.
const (
	maxArrays = 10_000_000
	maxCells  = 1_000_000_000_000_000
)

func (d *decoder) checkChip(m *machine) {
	arrays := int64(m.Chip.Tiles) * int64(m.Chip.ArraysPerTile)
	if arrays > maxArrays {
		d.errs.addf(m.blame("chip.tiles", "chip.arrays_per_tile"), "tiles = %d with arrays_per_tile = %d make %d arrays; at most %d are simulated",
			m.Chip.Tiles, m.Chip.ArraysPerTile, arrays, maxArrays)
	} else if m.given("crossbar.rows", "crossbar.cols") && arrays*int64(m.Crossbar.Rows) > maxCells/int64(m.Crossbar.Cols) {
		d.errs.addf(m.blame("chip.tiles", "chip.arrays_per_tile", "crossbar.rows", "crossbar.cols"), "%d arrays of rows = %d and cols = %d make %.3g cells; at most %.0e are simulated",
			arrays, m.Crossbar.Rows, m.Crossbar.Cols, float64(arrays)*float64(m.Crossbar.Rows)*float64(m.Crossbar.Cols), float64(maxCells))
	}
	if m.given("chip.stream_arrays") && int64(m.Chip.StreamArrays) > arrays {
		d.errs.addf(m.blame("chip.stream_arrays", "chip.tiles", "chip.arrays_per_tile"), "stream_arrays = %d, and the chip has %d arrays", m.Chip.StreamArrays, arrays)
	}
}

// checkParts reports models that have no numbers for what is asked of them.
func (d *decoder) checkParts(m *machine) {
	for _, part := range []struct {
		section string
		check   func() error
		keys    []string
	}{
		{"input_buffer", m.InputBuffer.Check, []string{"node", "word", "flavour", "design"}},
		{"output_buffer", m.OutputBuffer.Check, []string{"node", "word", "flavour", "design"}},
		{"global_buffer", m.GlobalBuffer.Check, []string{"node", "word", "flavour", "design"}},
		{"shift_add", m.ShiftAdd.Check, []string{"node", "voltage", "flavour"}},
		{"accumulator", m.Accumulator.Check, []string{"node", "voltage", "flavour"}},
		{"activation", m.Activation.Check, []string{"node", "voltage", "flavour"}},
	} {
		if !m.given(part.section+".model") || !m.modelled(part.section) {
			continue
		}
		if err := part.check(); err != nil {
			var keys []string
			for _, key := range part.keys {
				keys = append(keys, part.section+"."+key)
			}
			d.errs.addf(m.blame(keys...), "[machine.%s]: %v", part.section, err)
		}
	}
}

// modelled says whether the models of a section have the keys that they need.
func (m *machine) modelled(section string) bool {
	for _, g := range groups[section] {
		if c := g.Find(m.leaves[section+"."+g.Key].origin.Text); c != nil {
			for _, key := range c.Needs {
				if !m.given(section + "." + key) {
					return false
				}
			}
		}
	}
	return true
}

func (d *decoder) checkConductance(m *machine) {
	if m.given("cell.g_on", "cell.g_off") && m.Cell.GOff > m.Cell.GOn {
		d.errs.addf(m.blame("cell.g_off", "cell.g_on"), "g_off = %s is above g_on = %s, the conductance of the highest level", m.written("cell.g_off"), m.written("cell.g_on"))
	}
	if m.given("cell.model", "cell.read_time", "cell.read_voltage") && m.Cell.Model == "conductance" && m.Cell.ReadTime == 0 && m.Cell.ReadVoltage > 0 {
		d.errs.addf(m.blame("cell.read_time"), "read_time = 0 s makes a read cost nothing, V²·G·0 (the model \"conductance\"): write how long the read voltage is on")
	}
}

// checkSupply reports half of a supply: by one of its voltages alone nothing can
// be scaled.
func (d *decoder) checkSupply(m *machine) {
	const voltage, nominal = "supply.voltage", "supply.nominal"
	switch v, v0 := m.given(voltage), m.given(nominal); {
	case v && !v0:
		d.errs.addf(m.blame(voltage), "voltage = %s scales nothing without nominal, the supply that the machine's energies and times are of", m.written(voltage))
	case v0 && !v:
		d.errs.addf(m.blame(nominal), "nominal = %s scales nothing without voltage, the supply that the machine runs at", m.written(nominal))
	case v && v0:
		if err := m.Supply.check(); err != nil {
			d.errs.addf(m.blame("supply.node", voltage), "%v", err)
		}
	}
}

// checkTrees reports what only sums of charge can do, asked of adder trees.
func (d *decoder) checkTrees(m *machine) {
	if m.Kind != "digital-cim" {
		return
	}
	if m.given("dac.phases") && m.DAC.Phases > 0 {
		d.errs.addf(m.blame("dac.phases"), "phases = %d accumulates input slices in the analog domain, and a %s machine has none: it sums every slice", m.DAC.Phases, m.Kind)
	}
	if m.given("adder_tree.model", "crossbar.analog_sum") && m.AdderTree.Model == "gates" && m.Crossbar.AnalogSum != "none" {
		d.errs.addf(m.blame("crossbar.analog_sum", "adder_tree.model", "adder_tree.voltage"), "analog_sum = %s with an adder tree of gates: its operands are as wide as one column, so a sum of several would be charged as one; give energy_per_sum", quote(m.Crossbar.AnalogSum))
	}
}

// checkNetwork reports a limit to the network of a systolic array, which has a wire
// for each bit of its edges, hops of it, and models of hops for what has none, or none
// that are not counted.
func (d *decoder) checkNetwork(m *machine) {
	if !m.given("network.kind", "network.model") {
		return
	}
	n := &m.Network
	switch keys := []string{"network.model", "network.kind"}; {
	case n.Routed() && m.Kind == "systolic":
		d.errs.addf(m.blame("network.kind"), "kind = %s: the network of a systolic machine has a wire from each buffer to the edges of its array; leave it out", quote(n.Kind))
	case n.Routed() && n.Model == "router":
		d.errs.addf(m.blame("network.hops", "network.model"), "hops = %g on average beside kind = %s, which counts them: give energy, of a bit and hop, or standard, node and length (the model \"hop\")", n.Hops, quote(n.Kind))
	case !n.Routed() && n.Model == "hop":
		d.errs.addf(m.blame(keys...), "model = \"hop\" is of each hop, and a bus has none: with kind = \"mesh\" or \"htree\", or hops on average (the model \"router\")")
	}
	if m.Kind == "systolic" && m.given("network.bandwidth") && m.Network.Bandwidth > 0 {
		d.errs.addf(m.blame("network.bandwidth"), "bandwidth = %s: the network of a systolic machine is as wide as the edges of its array; leave it out, or give dram.bandwidth", m.written("network.bandwidth"))
	}
}

// checkWeights reports arrays too narrow for a single weight. Networks bring
// their kernels later, and are checked where they are mapped.
func (d *decoder) checkWeights(m *machine, kernels []Kernel) {
	if !m.given("crossbar.encoding", "crossbar.cols", "cell.bits") {
		return
	}
	keys := []string{"crossbar.cols", "crossbar.encoding", "cell.bits"}
	seen := map[int]bool{}
	for i, k := range kernels {
		if _, ok := d.leaves[element("workload.kernel", i)+".weight_bits"]; !ok || seen[k.WeightBits] {
			continue
		}
		seen[k.WeightBits] = true
		s := m.Scheme(k.WeightBits)
		columns := s.Columns() + m.Crossbar.GuardColumns
		if m.Crossbar.UnitColumn {
			columns *= 2
		}
		if err := s.Check(); err != nil {
			d.errs.addf(m.blame("crossbar.slices", "crossbar.weights", "crossbar.encoding"), "kernel %s has weight_bits = %d: %v", quote(k.Name), k.WeightBits, err)
		} else if columns > m.Crossbar.LogicalCols() && m.Crossbar.Fold <= m.Crossbar.Cols {
			d.errs.addf(m.blame(keys...), "a weight of kernel %s takes %d columns (%d bits, %s, %d bits a cell), and the array has cols = %d",
				quote(k.Name), columns, k.WeightBits, s.Encoding, m.Cell.Bits, m.Crossbar.LogicalCols())
		}
	}
}

// checkBuffers reports buffers of a systolic machine that are too small for what
// its array takes at once from a kernel. Networks bring their kernels later, and
// are checked where they are laid out.
func (d *decoder) checkBuffers(m *machine, c *Config) {
	if m.Kind != "systolic" || !m.given("array.rows", "array.cols", "array.dataflow",
		"input_buffer.capacity", "weight_buffer.capacity", "output_buffer.capacity") {
		return
	}
	batch := m.MostBatch(c.Workload.Batch)
	if m.BatchUpTo > 0 {
		batch = 1 // larger ones that do not fit are not chosen
	}
	machine := m.Systolic()
	seen := map[string]bool{}
	for i, k := range c.Workload.Kernels {
		if !d.given(element("workload.kernel", i), "L", "N", "M", "input_bits", "weight_bits") {
			continue
		}
		vectors := k.L * max(batch, 1)
		if k.Dynamic {
			vectors = k.L
		}
		for _, misfit := range machine.Misfits(vectors, k.N, k.M, k.InputBits, k.WeightBits) {
			if seen[misfit.Buffer] {
				continue
			}
			seen[misfit.Buffer] = true
			d.errs.addf(m.blame(misfit.Buffer+".capacity", "array.rows", "array.cols", "array.dataflow"), "kernel %s: %v; its capacity = %s, and the array has rows = %d, cols = %d",
				quote(k.Name), &misfit, m.written(misfit.Buffer+".capacity"), m.Array.Rows, m.Array.Cols)
		}
	}
}

// given says whether all the keys of a table were read.
func (d *decoder) given(path string, keys ...string) bool {
	return !slices.ContainsFunc(keys, func(key string) bool {
		_, ok := d.leaves[path+"."+key]
		return !ok
	})
}

// checkLevels sees to it that memory levels grow from the first to the last.
func (d *decoder) checkLevels(m *machine) {
	memory := m.node.child("memory")
	if memory == nil || memory.kind != table || m.Kind != "scalar" {
		return
	}
	levels := m.Memory.Levels
	if list := memory.child("level"); len(levels) == 0 && (list == nil || len(list.children) == 0) {
		d.errs.addf(memory.at, "no memory level: add at least one table [[machine.memory.level]]")
		return
	}
	names := map[string]bool{}
	for i := range levels {
		path := element("memory.level", i)
		if names[levels[i].Name] && m.given(path+".name") {
			d.errs.addf(m.blame(path+".name"), "a second level named %s: results could not be told apart", quote(levels[i].Name))
		}
		names[levels[i].Name] = true
		d.checkLevel(m, memory.child("level").children[i], levels, i)
	}
}

func (d *decoder) checkLevel(m *machine, n *node, levels []digital.Level, i int) {
	path := element("memory.level", i)
	if n.kind != table {
		return
	}
	if n.child("capacity") == nil && i < len(levels)-1 {
		d.errs.addf(n.at, "level %s has no capacity: only the last level may hold everything", quote(levels[i].Name))
	}
	if i == 0 {
		return
	}
	below := element("memory.level", i-1)
	if m.given(path+".capacity", below+".capacity") && levels[i].Capacity <= levels[i-1].Capacity {
		d.errs.addf(m.blame(path+".capacity"), "level %s holds %s, no more than the %s of level %s before it: list levels from the smallest to the largest",
			quote(levels[i].Name), m.written(path+".capacity"), m.written(below+".capacity"), quote(levels[i-1].Name))
	}
	first := element("memory.level", 0)
	if m.given(path+".line", first+".line") && levels[i].Line != levels[0].Line {
		d.errs.addf(m.blame(path+".line"), "line = %s, and level %s has %s: it is the same on every level", m.written(path+".line"), quote(levels[0].Name), m.written(first+".line"))
	}
}
