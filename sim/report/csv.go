package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"strconv"

	"xbar/sim/energy"
	"xbar/sim/system"
)

// CSV writes results in long form, one number a row:
//
//	study,machine,kind,scope,name,action,quantity,unit,value
//
// scope is machine, category, component, action, kernel, reload (of a kernel), busy
// (in a kernel, the action says what), critical_path, candidate, load, limit, programming, values or winner; name says which one (component path, kernel, category; of
// loads the operand, with the level as the action; of candidates the policy, with
// the batch as the action). Of a winner the action says by
// what: energy (per MAC), time or energy-delay (per inference). A number that is
// not known has no row, and what is not charged is no times its floor. Units are SI base
// units. A machine that did not run has one row, whose quantity is error and whose value
// says why; of one that ran, rows whose quantity is note hold its notes and warnings, and
// below_floor is true where a number is below what physics allows.
func CSV(w io.Writer, results ...*system.Result) error {
	if err := finite(results); err != nil {
		return err
	}
	l := long{}
	l.out = csv.NewWriter(&l.b)
	l.write("study", "machine", "kind", "scope", "name", "action", "quantity", "unit", "value")
	for _, r := range results {
		for i := range r.Machines {
			l.machine(r.Title, &r.Machines[i])
		}
		for _, m := range r.Failed {
			l.write(r.Title, m.Name, m.Kind, "machine", "", "", "error", "", m.Error)
		}
		l.winners(r)
	}
	l.out.Flush()
	_, err := w.Write(l.b.Bytes())
	return err
}

// long writes rows into memory, where writing cannot fail.
type long struct {
	b     bytes.Buffer
	out   *csv.Writer
	study string
	m     *system.Machine
}

func (l *long) write(fields ...string) { l.out.Write(fields) }

func (l *long) row(scope, name, action, quantity, unit, value string) {
	l.write(l.study, l.m.Name, l.m.Kind, scope, name, action, quantity, unit, value)
}

func (l *long) float(scope, name, action, quantity, unit string, x float64) {
	l.row(scope, name, action, quantity, unit, strconv.FormatFloat(x, 'g', -1, 64))
}

func (l *long) optional(scope, name, action, quantity, unit string, x *float64) {
	if x != nil {
		l.float(scope, name, action, quantity, unit, *x)
	}
}

func (l *long) int(scope, name, action, quantity, unit string, n int64) {
	l.row(scope, name, action, quantity, unit, strconv.FormatInt(n, 10))
}

func (l *long) machine(study string, m *system.Machine) {
	l.study, l.m = study, m
	l.int("machine", "", "", "batch", "inference", m.Batch)
	l.int("machine", "", "", "macs", "MAC", m.MACs)
	l.int("machine", "", "", "cycles", "cycle", m.Cycles)
	l.float("machine", "", "", "seconds", "s", m.Seconds)
	l.float("machine", "", "", "clock", "Hz", m.ClockHz)
	l.float("machine", "", "", "energy", "J", m.EnergyJ)
	l.float("machine", "", "", "energy_per_inference", "J", m.EnergyPerInferenceJ)
	l.float("machine", "", "", "energy_per_mac", "J", m.EnergyPerMACJ)
	l.float("machine", "", "", "latency", "s", m.LatencyS)
	l.float("machine", "", "", "ops_per_joule", "1/J", m.OpsPerJoule)
	l.float("machine", "", "", "ops_per_second", "1/s", m.OpsPerSecond)
	l.float("machine", "", "", "energy_delay", "J*s", m.EnergyDelayJS)
	l.optional("machine", "", "", "area", "m2", m.AreaM2)
	l.optional("machine", "", "", "ops_per_second_per_m2", "1/s/m2", m.OpsPerSecondPerM2)
	l.float("machine", "", "", "rounding", "s", m.RoundingSeconds)
	if m.BelowFloor {
		l.row("machine", "", "", "below_floor", "", "true")
	}
	for _, note := range m.Notes {
		l.row("machine", "", "", "note", "", note)
	}
	joules := joulesByCategory(&m.Categories)
	for _, c := range energy.Categories() {
		l.float("category", c.String(), "", "energy", "J", joules[c])
	}
	for i := range m.Components {
		l.component(&m.Components[i])
	}
	for i := range m.Kernels {
		l.kernel(&m.Kernels[i])
	}
	for _, s := range m.Loads {
		l.int("load", s.Operand, s.Level, s.Reuse, "1", s.Loads)
	}
	for i := range m.Limits {
		l.limit(&m.Limits[i])
	}
	for _, b := range m.CriticalPath {
		l.float("critical_path", b.Component, "", "share", "1", b.Share)
	}
	l.pipeline(m.Pipeline)
	l.programming(m.Programming)
	l.session(m.Session)
	l.choice(m.Choice)
	l.values(m.Values)
}

func (l *long) component(c *system.Component) {
	l.int("component", c.Path, "", "instances", "1", c.Instances)
	l.float("component", c.Path, "", "energy", "J", c.EnergyJ)
	l.int("component", c.Path, "", "busy_cycles", "cycle", c.BusyCycles)
	l.float("component", c.Path, "", "utilization", "1", c.Utilization)
	l.optional("component", c.Path, "", "area", "m2", c.AreaM2)
	for _, a := range c.Actions {
		l.int("action", c.Path, a.Action, "count", "1", a.Count)
		l.float("action", c.Path, a.Action, "energy", "J", a.EnergyJ)
	}
}

func (l *long) kernel(k *system.Kernel) {
	l.int("kernel", k.Name, "", "L", "1", k.L)
	l.int("kernel", k.Name, "", "N", "1", k.N)
	l.int("kernel", k.Name, "", "M", "1", k.M)
	if k.Groups > 1 {
		l.int("kernel", k.Name, "", "groups", "1", k.Groups)
	}
	l.int("kernel", k.Name, "", "cycles", "cycle", k.Cycles)
	l.float("kernel", k.Name, "", "seconds", "s", k.Seconds)
	l.float("kernel", k.Name, "", "energy", "J", k.EnergyJ)
	l.float("kernel", k.Name, "", "energy_per_mac", "J", k.EnergyPerMACJ)
	l.float("kernel", k.Name, "", "energy_delay", "J*s", k.EnergyDelayJS)
	l.int("kernel", k.Name, "", "arrays", "array", k.Arrays)
	if k.Replicas > 1 {
		l.int("kernel", k.Name, "", "replicas", "1", k.Replicas)
	}
	l.float("kernel", k.Name, "", "reloads", "tile", k.Reloads)
	if k.Appends > 0 {
		l.float("kernel", k.Name, "", "appends", "tile", k.Appends)
	}
	for _, b := range k.Busy {
		l.float("busy", k.Name, b.Component, "share", "1", b.Share)
	}
	if r := k.Reload; r != nil {
		l.float("reload", k.Name, "", "bytes", "B", r.Bytes)
		l.float("reload", k.Name, "", "cells", "cell", r.Cells)
		l.float("reload", k.Name, "", "energy", "J", r.EnergyJ)
		l.float("reload", k.Name, "", "dram", "J", r.DRAMJ)
		l.float("reload", k.Name, "", "network", "J", r.NetworkJ)
		l.float("reload", k.Name, "", "arrays", "J", r.ArraysJ)
		l.float("reload", k.Name, "", "hidden", "s", r.HiddenS)
		l.float("reload", k.Name, "", "exposed", "s", r.ExposedS)
		l.float("reload", k.Name, "", "writes_per_cell_per_inference", "1", r.WritesPerCellPerInference)
		l.optional("reload", k.Name, "", "days_to_wear_out", "d", r.DaysToWearOut)
	}
}

func (l *long) pipeline(p *system.Pipeline) {
	if p == nil {
		return
	}
	l.float("pipeline", p.Bottleneck, "", "busy", "1", p.BottleneckBusy)
	l.int("pipeline", p.Bottleneck, "", "cycles_per_vector", "cycle", p.BottleneckCycles)
	l.int("pipeline", p.Bottleneck, "", "vectors", "1", p.BottleneckVectors)
	l.int("pipeline", p.Bottleneck, "", "copies", "1", p.BottleneckCopies)
	l.float("pipeline", "", "", "inference_latency", "s", p.InferenceLatencyS)
	l.float("pipeline", "", "", "loaded_latency", "s", p.LoadedLatencyS)
}

// limit is of one action, in joules.
func (l *long) limit(m *system.Limit) {
	l.float("limit", m.Component, m.Action, "energy", "J", m.EnergyJ)
	l.float("limit", m.Component, m.Action, "floor", "J", m.FloorJ)
	l.optional("limit", m.Component, m.Action, "times_floor", "1", m.TimesFloor)
	l.optional("limit", m.Component, m.Action, "best_published", "J", m.BestPublishedJ)
	l.optional("limit", m.Component, m.Action, "times_best_published", "1", m.TimesBest)
}

func (l *long) programming(p *system.Programming) {
	if p == nil {
		return
	}
	l.int("programming", "", "", "capacity", "array", p.CapacityArrays)
	l.int("programming", "", "", "demand", "array", p.DemandArrays)
	for _, load := range []struct {
		name string
		of   system.Loads
	}{{"one_time", p.OneTime}, {"per_pass", p.PerPass}} {
		l.float("programming", load.name, "", "tiles", "tile", load.of.Tiles)
		l.float("programming", load.name, "", "cells", "cell", load.of.Cells)
		l.float("programming", load.name, "", "energy", "J", load.of.EnergyJ)
		l.float("programming", load.name, "", "seconds", "s", load.of.Seconds)
	}
	l.float("programming", "one_time", "", "energy_per_inference", "J", p.OneTimeEnergyPerInferenceJ)
	l.float("programming", "", "", "writes_per_cell_per_inference", "1", p.WritesPerCellPerInference)
	l.optional("programming", "", "", "inferences_to_wear_out", "inference", p.InferencesToWearOut)
	l.optional("programming", "", "", "days_to_wear_out", "d", p.DaysToWearOut)
}

// session is its sums, and each step by the tokens that it attends to.
func (l *long) session(s *system.Session) {
	if s == nil {
		return
	}
	l.float("session", "", "", "energy", "J", s.EnergyJ)
	l.float("session", "", "", "seconds", "s", s.Seconds)
	l.float("session", "", "", "energy_per_inference", "J", s.MeanEnergyJ)
	l.float("session", "", "", "seconds_per_inference", "s", s.MeanSeconds)
	l.float("session", "", "", "cells", "1", s.Cells)
	l.int("session", "", "", "writes_per_cell", "1", s.WritesPerCell)
	l.optional("session", "", "", "days_to_wear_out", "d", s.DaysToWearOut)
	for i := range s.Steps {
		t := &s.Steps[i]
		tokens := strconv.FormatInt(t.Tokens, 10)
		l.float("step", "", tokens, "energy", "J", t.EnergyJ)
		l.float("step", "", tokens, "seconds", "s", t.Seconds)
		l.int("step", "", tokens, "loads", "1", t.Loads)
		l.int("step", "", tokens, "appends", "1", t.Appends)
		l.int("step", "", tokens, "cells", "1", t.Cells)
	}
}

// choice is the candidates, the one that was chosen first.
func (l *long) choice(c *system.Choice) {
	if c == nil {
		return
	}
	for i := range c.Candidates {
		r := &c.Candidates[i]
		batch := strconv.FormatInt(r.Batch, 10)
		l.float("candidate", r.Policy(), batch, "energy_per_inference", "J", r.EnergyJ)
		l.float("candidate", r.Policy(), batch, "seconds_per_inference", "s", r.Seconds)
		l.float("candidate", r.Policy(), batch, "energy_delay", "J*s", r.EnergyDelayJS)
	}
}

// winners are rows of the machine that wins, a kernel after the other.
func (l *long) winners(r *system.Result) {
	if r.Winners == nil {
		return
	}
	byName := map[string]*system.Machine{}
	for i := range r.Machines {
		byName[r.Machines[i].Name] = &r.Machines[i]
	}
	for i := range r.Winners.Layers {
		layer := &r.Winners.Layers[i]
		for _, kernel := range layer.Kernels {
			for _, by := range []struct {
				what, quantity, unit string
				of                   *system.Winner
			}{
				{"energy", "energy_per_mac", "J", &layer.Energy},
				{"time", "seconds", "s", &layer.Time},
				{"energy-delay", "energy_delay", "J*s", &layer.EnergyDelay},
			} {
				l.m = byName[by.of.Machine]
				l.float("winner", kernel, by.what, by.quantity, by.unit, by.of.Value)
				l.optional("winner", kernel, by.what, "times_next_best", "1", by.of.Times)
			}
		}
	}
}

func (l *long) values(v *system.Values) {
	if v == nil {
		return
	}
	l.int("values", "", "", "inputs", "1", v.Inputs)
	l.float("values", "", "", "rms_error", "1", v.RMSError)
	l.optional("values", "", "", "snr", "dB", v.SNRdB)
	l.optional("values", "", "", "accuracy", "1", v.Accuracy)
	l.optional("values", "", "", "reference_accuracy", "1", v.ReferenceAccuracy)
	l.int("values", "", "", "clipped", "1", v.Clipped)
	if v.Accuracy95 != nil {
		l.float("values", "", "", "accuracy_95_low", "1", v.Accuracy95.Low)
		l.float("values", "", "", "accuracy_95_high", "1", v.Accuracy95.High)
	}
	if v.FloatAccuracy != nil {
		l.optional("values", "", "", "float_accuracy", "1", v.FloatAccuracy)
	}
	for i := range v.Energy {
		e := &v.Energy[i]
		for _, of := range []struct {
			what string
			*system.Estimate
		}{{"total", &e.Total}, {"following", &e.Following}} {
			l.float("estimate", e.Kernel, of.what, "data_energy", "J", of.DataJ)
			l.float("estimate", e.Kernel, of.what, "statistical_energy", "J", of.StatisticalJ)
			l.optional("estimate", e.Kernel, of.what, "error", "1", of.Error)
			if of.FixedJ != nil {
				l.float("estimate", e.Kernel, of.what, "fixed_energy", "J", *of.FixedJ)
				l.optional("estimate", e.Kernel, of.what, "fixed_error", "1", of.FixedError)
			}
		}
	}
	for i := range v.Layers {
		l.optional("values", v.Layers[i].Kernel, "", "snr", "dB", v.Layers[i].SNRdB)
	}
	if t := v.Trials; t != nil {
		l.int("trials", "", "", "chips", "1", t.Chips)
		l.distribution("", "accuracy", "1", t.Accuracy)
		l.distribution("", "snr", "dB", t.SNRdB)
		l.distribution("", "clipped", "1", &t.Clipped)
		l.distribution("", "energy", "J", &t.EnergyJ)
		for i := range t.Layers {
			l.distribution(t.Layers[i].Kernel, "snr", "dB", t.Layers[i].SNRdB)
		}
	}
}

func (l *long) distribution(kernel, quantity, unit string, d *system.Distribution) {
	if d == nil {
		return
	}
	l.float("trials", kernel, "mean", quantity, unit, d.Mean)
	l.float("trials", kernel, "mean_95_low", quantity, unit, d.Mean95.Low)
	l.float("trials", kernel, "mean_95_high", quantity, unit, d.Mean95.High)
	l.float("trials", kernel, "deviation", quantity, unit, d.Deviation)
	l.float("trials", kernel, "least", quantity, unit, d.Least)
	l.float("trials", kernel, "most", quantity, unit, d.Most)
}
