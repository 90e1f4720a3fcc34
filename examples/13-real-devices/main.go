// Command 13-real-devices classifies images on chips whose devices are not ideal, in one
// way after the other, and says which of them matters most. It prints the tables and,
// with -figures, draws them.
//
//	go run ./examples/13-real-devices -figures examples/13-real-devices
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"xbar/configs"
	"xbar/sim/report/figure"
	"xbar/sim/system"
	"xbar/sim/unit"
)

func main() {
	log.SetFlags(0)
	study := flag.String("study", "examples/13-real-devices/chip.toml", "the network and the chip")
	figures := flag.String("figures", "", "folder to draw the figures in")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *study, *figures); err != nil {
		log.Fatal(err)
	}
}

const (
	chips = 2 // of each kind that differ
	micro = 1e-6
)

// axis is what is varied alone, from what is near ideal to what is not.
type axis struct {
	name, unit string
	values     []float64
	sets       func(x float64) []string
}

var axes = []axis{
	{"ADC resolution", "bits", []float64{8, 7, 6, 5, 4}, func(x float64) []string {
		return []string{fmt.Sprintf("adc.resolution=%g", x), fmt.Sprintf("adc.enob=%g", x)}
	}},
	{"rows of an array, ADC of 8 bits", "", []float64{64, 128, 256}, func(x float64) []string { return []string{fmt.Sprintf("crossbar.rows=%g", x)} }},
	{"wire between cells of 1 µS", "ohm", []float64{100, 1000}, func(x float64) []string {
		return []string{fmt.Sprintf("devices.row_resistance=%g ohm", x), fmt.Sprintf("devices.column_resistance=%g ohm", x)}
	}},
	{"on/off ratio", "", []float64{100, 10, 5, 2}, func(x float64) []string { return []string{fmt.Sprintf("devices.on_off_ratio=%g", x)} }},
	{"programming error", "% of full scale", []float64{0.5, 1, 2, 5, 10}, func(x float64) []string {
		return []string{"devices.programming=normal", fmt.Sprintf("devices.programming_error=%g", x/100)}
	}},
	{"drift of PCM", "s", []float64{3600, 86400, 1e6}, drift},
	{"the same, compensated", "s", []float64{3600, 86400, 1e6}, func(x float64) []string { return append(drift(x), "devices.drift_compensation=true") }},
	{"noise of an ADC of 8 bits", "LSB", []float64{0.25, 0.5, 1, 2}, func(x float64) []string { return []string{fmt.Sprintf("adc.noise=%g", x)} }},
	{"offsets of ADCs of 8 bits", "LSB", []float64{0.5, 1, 2}, func(x float64) []string { return []string{fmt.Sprintf("adc.offset_error=%g", x)} }},
	{"widths of their codes", "LSB", []float64{0.1, 0.25, 0.5}, func(x float64) []string { return []string{fmt.Sprintf("adc.dnl_error=%g", x)} }},
	{"a of cells of G·(V − a·V³)", "", []float64{0.1, 0.25}, func(x float64) []string { return []string{fmt.Sprintf("devices.nonlinearity=%g", x)} }},
}

func drift(x float64) []string {
	return []string{"devices.drift=pcm-nandakumar2019", fmt.Sprintf("devices.drift_time=%g s", x)}
}

// published devices, each effect alone and then all of one device.
var published = []struct {
	name string
	sets []string
}{
	{"PCM, programming", []string{"devices.programming=pcm-nandakumar2019"}},
	{"PCM, noise of reads after a day", []string{"devices.read_noise=pcm-nandakumar2019", "devices.drift_time=86400 s"}},
	{"PCM, drift of a day", drift(86400)},
	{"PCM, all three, compensated", append(drift(86400), "devices.programming=pcm-nandakumar2019", "devices.read_noise=pcm-nandakumar2019", "devices.drift_compensation=true")},
	{"PCM of HERMES, two a cell, all three, compensated", []string{"devices.programming=pcm-hermes-2", "devices.drift=pcm-hermes-2", "devices.drift_time=86400 s", "devices.read_noise=pcm-hermes-2", "devices.drift_compensation=true"}},
	{"ReRAM (Wan 2022), after two days", []string{"devices.programming=reram-wan2022", "devices.drift_time=172800 s"}},
	{"SONOS, after five days, noise of reads", []string{"devices.programming=sonos-agrawal2022", "devices.drift_time=432000 s", "devices.read_noise=sonos-agrawal2022"}},
}

func run(ctx context.Context, w io.Writer, study, figures string) error {
	var sets [][]string
	for _, a := range axes {
		for _, x := range a.values {
			sets = append(sets, a.sets(x))
		}
	}
	for _, p := range published {
		sets = append(sets, p.sets)
	}
	machines := make([]*system.Machine, len(sets))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range sets {
		group.Go(func() (err error) {
			machines[i], err = simulate(inner, study, sets[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	found := alone(w, machines)
	conclude(w, found)
	devices(w, machines[len(machines)-len(published):])
	if figures == "" {
		return nil
	}
	const label = "wrong (%), energy (µJ an image)"
	if err := figure.Curves(panels(found[:3]), label, filepath.Join(figures, "arrays.svg")); err != nil {
		return err
	}
	return figure.Curves(panels(found[3:6]), label, filepath.Join(figures, "devices.svg"))
}

func simulate(ctx context.Context, study string, sets []string) (*system.Machine, error) {
	all := []string{fmt.Sprintf("workload.trials=%d", chips)}
	for _, set := range sets {
		all = append(all, "machine.chip."+set)
	}
	cfg, err := configs.Load(study, all)
	if err != nil {
		return nil, err
	}
	result, err := system.Run(ctx, cfg, system.Options{Workers: 1})
	if err != nil {
		return nil, err
	}
	return &result.Machines[0], nil
}

// accuracy is the mean of the chips that differ, or that of the only one.
func accuracy(m *system.Machine) float64 {
	if t := m.Values.Trials; t != nil {
		return t.Accuracy.Mean
	}
	return *m.Values.Accuracy
}

// lost is the points of accuracy by which a chip falls short of exact integers.
func lost(m *system.Machine) float64 {
	const image = 1e-6 // and less is rounding
	return math.Round(100*(*m.Values.ReferenceAccuracy-accuracy(m))/image) * image
}

// effect is an axis and what came of its values.
type effect struct {
	axis
	machines []*system.Machine
}

// worst is the most points that any value of the axis loses.
func (e *effect) worst() float64 {
	most := lost(e.machines[0])
	for _, m := range e.machines {
		most = max(most, lost(m))
	}
	return most
}

func alone(w io.Writer, machines []*system.Machine) []effect {
	var found []effect
	first := machines[0].Values
	fmt.Fprintf(w, "%d images, %.1f %% of which exact integers classify rightly. One thing is not ideal at a time:\n\n", first.Inputs, 100**first.ReferenceAccuracy)
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "what\tvalue\taccuracy, %\tpoints lost\tSNR of outputs, dB\tenergy, µJ an image\t")
	at := 0
	for _, a := range axes {
		e := effect{a, machines[at:][:len(a.values)]}
		at += len(a.values)
		for i, m := range e.machines {
			fmt.Fprintf(table, "%s\t%s\t%.1f\t%.1f\t%s\t%s\t\n", a.name, strings.TrimSpace(fmt.Sprintf("%g %s", a.values[i], a.unit)),
				100*accuracy(m), lost(m), snr(m), unit.Digits(m.EnergyPerInferenceJ/micro))
		}
		found = append(found, e)
	}
	table.Flush()
	return found
}

func snr(m *system.Machine) string {
	switch t := m.Values.Trials; {
	case t != nil && t.SNRdB != nil:
		return fmt.Sprintf("%.1f", t.SNRdB.Mean)
	case t == nil && m.Values.SNRdB != nil:
		return fmt.Sprintf("%.1f", *m.Values.SNRdB)
	}
	return "exact"
}

// tolerated is how many points may be lost.
const tolerated = 2

// conclude says what matters most: which loses most, and how far each may go.
func conclude(w io.Writer, found []effect) {
	sorted := slices.Clone(found)
	slices.SortStableFunc(sorted, func(a, b effect) int { return cmp.Compare(b.worst(), a.worst()) })
	fmt.Fprintf(w, "\nWhat loses most, over these values, and the last value that loses at most %d points:\n\n", tolerated)
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	for i := range sorted {
		e := &sorted[i]
		fmt.Fprintf(table, "%s\t%.1f points\t%s\t\n", e.name, e.worst(), e.tolerable())
	}
	table.Flush()
	resolution := found[0].machines
	last := resolution[len(resolution)-1]
	for i, m := range resolution {
		if lost(m) > tolerated {
			last = resolution[max(0, i-1)]
			break
		}
	}
	fmt.Fprintf(w, "\nThe fewest bits of the ADC that do take %.0f %% of the energy of 8.\n", 100*last.EnergyJ/resolution[0].EnergyJ)
}

// tolerable is the last value, from the near ideal on, that loses little.
func (e *effect) tolerable() string {
	good := "none"
	for i, m := range e.machines {
		if lost(m) > tolerated {
			break
		}
		good = strings.TrimSpace(fmt.Sprintf("%g %s", e.values[i], e.unit))
	}
	return good
}

func devices(w io.Writer, machines []*system.Machine) {
	fmt.Fprintf(w, "\nDevices as published, of %d chips:\n\n", chips)
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "device\taccuracy, %\tleast\tmost\tSNR of outputs, dB\t")
	for i, m := range machines {
		a := m.Values.Trials.Accuracy
		fmt.Fprintf(table, "%s\t%.1f\t%.1f\t%.1f\t%s\t\n", published[i].name, 100*a.Mean, 100*a.Least, 100*a.Most, snr(m))
	}
	table.Flush()
}

// panels are the share of images that are classified wrongly, and the energy of each.
func panels(found []effect) []figure.CurvePanel {
	var all []figure.CurvePanel
	for _, e := range found {
		wrong := figure.Curve{Name: "images classified wrongly (%)", Colour: 1}
		joules := figure.Curve{Name: "energy of an image (µJ)"}
		for i, m := range e.machines {
			wrong.X, joules.X = append(wrong.X, e.values[i]), append(joules.X, e.values[i])
			wrong.Y, joules.Y = append(wrong.Y, 100*(1-accuracy(m))), append(joules.Y, m.EnergyPerInferenceJ/micro)
		}
		label := e.name
		if e.unit != "" {
			label += " (" + e.unit + ")"
		}
		all = append(all, figure.CurvePanel{X: label, Curves: []figure.Curve{wrong, joules}})
	}
	return all
}
