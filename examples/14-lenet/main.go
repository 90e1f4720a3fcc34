// Command 14-lenet sends a small convolutional network through crossbars of real devices,
// and says what accuracy and energy come of each choice: one after the other, and of
// all of a grid, of which the best are the front. It prints tables and, with -figures,
// draws them.
//
//	go run ./examples/14-lenet -figures examples/14-lenet
//	go run ./examples/14-lenet -images 1000 -chips 10 -figures FOLDER
//	go run ./examples/14-lenet -dataset -images 10000 -figures FOLDER
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"
	"runtime"
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
	s := study{}
	flag.StringVar(&s.file, "study", "examples/14-lenet/lenet.toml", "the network and the chip")
	flag.IntVar(&s.images, "images", 20, "how many are classified")
	flag.IntVar(&s.chips, "chips", 2, "of each kind that differ")
	flag.BoolVar(&s.dataset, "dataset", false, "take the data set that is installed, of 10,000 images")
	figures := flag.String("figures", "", "folder to draw the figures in")
	flag.Parse()
	if err := s.run(context.Background(), os.Stdout, *figures); err != nil {
		log.Fatal(err)
	}
}

type study struct {
	file    string
	images  int
	chips   int
	dataset bool
}

const micro = 1e-6

// axis is what is varied alone.
type axis struct {
	name, unit string
	linear     bool
	values     []float64
	ways       []way
}

// way is what a value sets, in one way of several.
type way struct {
	name string
	sets func(x float64) []string
}

func alone(sets func(x float64) []string) []way { return []way{{"", sets}} }

func set(keys ...string) func(x float64) []string {
	return func(x float64) (sets []string) {
		for _, key := range keys {
			if strings.Contains(key, "%") {
				key = fmt.Sprintf(key, x)
			}
			sets = append(sets, key)
		}
		return sets
	}
}

func and(sets func(x float64) []string, more ...string) func(x float64) []string {
	return func(x float64) []string { return append(sets(x), more...) }
}

// resolution is of codes; the regression that energy follows is of 4 bits and more.
func resolution(bits float64) []string {
	return []string{fmt.Sprintf("adc.resolution=%g", bits), fmt.Sprintf("adc.enob=%g", max(4, bits))}
}

// spread is a programming error beside which some choices are compared.
var spread = []string{"devices.programming=normal", "devices.programming_error=0.02"}

var (
	drift = set("devices.drift=pcm-nandakumar2019", "devices.drift_time=%g s")
	axes  = []axis{
		{"ADC resolution", "bits", true, []float64{3, 4, 5, 6, 8}, alone(resolution)},
		{"bits of a cell", "", true, []float64{1, 2, 3, 4}, []way{{"", set("cell.bits=%g")}, {"programming error of 2 %", and(set("cell.bits=%g"), spread...)}}},
		{"on/off ratio", "", false, []float64{2, 5, 10, 100}, alone(set("devices.on_off_ratio=%g"))},
		{"rows of an array", "", false, []float64{32, 64, 128, 256}, alone(set("crossbar.rows=%g"))},
		{"wire between cells of 1 µS", "ohm", false, []float64{10, 100, 300, 1000}, alone(set("devices.row_resistance=%g ohm", "devices.column_resistance=%[1]g ohm"))},
		{"programming error", "of full scale", false, []float64{0.01, 0.02, 0.05, 0.1}, alone(set("devices.programming=normal", "devices.programming_error=%g"))},
		{"time of drift of PCM", "s", false, []float64{60, 3600, 86400, 1e6}, []way{{"", drift}, {"compensated", and(drift, "devices.drift_compensation=true")}}},
	}
	colours = map[string]int{"": 0, "programming error of 2 %": 1, "compensated": 2}
)

// choice is a chip of the grid, which has a programming error.
type choice struct{ adc, cell, rows int }

func grid() (all []choice) {
	for _, cell := range []int{1, 2, 4} {
		for _, rows := range []int{64, 128, 256} {
			for _, adc := range []int{4, 6, 8} {
				all = append(all, choice{adc, cell, rows})
			}
		}
	}
	return all
}

func (c choice) sets() []string {
	sets := append(resolution(float64(c.adc)), fmt.Sprintf("cell.bits=%d", c.cell), fmt.Sprintf("crossbar.rows=%d", c.rows))
	return append(sets, spread...)
}

func (s *study) run(ctx context.Context, w io.Writer, figures string) error {
	sets := [][]string{nil}
	for _, a := range axes {
		for _, way := range a.ways {
			for _, x := range a.values {
				sets = append(sets, way.sets(x))
			}
		}
	}
	choices := grid()
	for _, c := range choices {
		sets = append(sets, c.sets())
	}
	machines, err := s.simulate(ctx, sets)
	if err != nil {
		return err
	}
	base := machines[0].Values
	reference := figure.Measured{Accuracy: 100 * *base.ReferenceAccuracy, Caption: "exact integers"}
	reference.Low, reference.High = reference.Accuracy, reference.Accuracy
	fmt.Fprintf(w, "%d images of %s: %.1f %% are classified rightly in real numbers, %.1f %% in exact integers of 8 bits.\n",
		base.Inputs, base.InputsFrom, 100**base.FloatAccuracy, reference.Accuracy)
	s.base(w, machines[0])
	rest := machines[1:]
	panels := along(w, &rest)
	points := front(w, choices, rest)
	if figures == "" {
		return nil
	}
	if err := figure.Accuracy(panels, reference, filepath.Join(figures, "axes.svg")); err != nil {
		return err
	}
	return figure.Front(points, reference, filepath.Join(figures, "front.svg"))
}

func (s *study) simulate(ctx context.Context, sets [][]string) ([]*system.Machine, error) {
	machines := make([]*system.Machine, len(sets))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range sets {
		group.Go(func() (err error) {
			machines[i], err = s.one(inner, sets[i])
			return err
		})
	}
	return machines, group.Wait()
}

func (s *study) one(ctx context.Context, sets []string) (*system.Machine, error) {
	all := []string{fmt.Sprintf("workload.limit=%d", s.images), fmt.Sprintf("workload.trials=%d", s.chips), fmt.Sprintf("workload.batch=%d", min(s.images, 100))}
	if s.dataset {
		all = append(all, "workload.dataset=fashion-mnist")
	}
	if sets != nil {
		all = append(all, "workload.statistics.sample=1") // only of the base is it looked at
	}
	for _, set := range sets {
		all = append(all, "machine.chip."+set)
	}
	cfg, err := configs.Load(s.file, all)
	if err != nil {
		return nil, err
	}
	result, err := system.Run(ctx, cfg, system.Options{Workers: 1})
	if err != nil {
		return nil, err
	}
	return &result.Machines[0], nil
}

// measured is a chip's accuracy, or the mean of those that differ, and its confidence:
// that of so many images, and that of so many chips, as if they were independent.
func measured(x float64, m *system.Machine) figure.Measured {
	v := m.Values
	p := figure.Measured{X: x, Accuracy: 100 * *v.Accuracy, EnergyJ: m.EnergyPerInferenceJ}
	down, up := *v.Accuracy-v.Accuracy95.Low, v.Accuracy95.High-*v.Accuracy
	if v.Trials != nil {
		d := v.Trials.Accuracy
		p.Accuracy = 100 * d.Mean
		between := (d.Mean95.High - d.Mean) * (d.Mean95.High - d.Mean)
		down, up = math.Sqrt(down*down+between), math.Sqrt(up*up+between)
	}
	p.Low, p.High = max(0, p.Accuracy-100*down), min(100, p.Accuracy+100*up)
	return p
}

// base describes the chip that everything else is compared with.
func (s *study) base(w io.Writer, m *system.Machine) {
	p := measured(0, m)
	fmt.Fprintf(w, "The chip with nothing but its converters to lose by: %.1f %% (%.1f to %.1f), %s µJ an image.\n\n", p.Accuracy, p.Low, p.High, unit.Digits(p.EnergyJ/micro))
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "kernel\tSNR, dB\tenergy, µJ an image\tfollowing the data, nJ\tby moments of rows\t")
	for i, k := range m.Kernels {
		e, batch := &m.Values.Energy[i], float64(m.Batch)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%+.2f %%\t\n", k.Name, decibel(m.Values.Layers[i].SNRdB), unit.Digits(k.EnergyJ/batch/micro),
			unit.Digits(e.Following.DataJ/batch*1e9), 100**e.Following.Error)
	}
	table.Flush()
}

func decibel(db *float64) string {
	if db == nil {
		return "exact"
	}
	return fmt.Sprintf("%.1f", *db)
}

// along prints each axis, and takes its machines from the list.
func along(w io.Writer, machines *[]*system.Machine) (panels []figure.AccuracyPanel) {
	fmt.Fprintf(w, "\nOne thing at a time:\n\n")
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "what\tvalue\taccuracy, %\t95 %\tSNR of outputs, dB\tclipped, %\tenergy, µJ an image\t")
	for _, a := range axes {
		label := a.name
		if a.unit != "" {
			label += " (" + a.unit + ")"
		}
		panel := figure.AccuracyPanel{X: label, Linear: a.linear}
		for _, way := range a.ways {
			name := a.name
			if way.name != "" {
				name += ", " + way.name
			}
			series := figure.AccuracySeries{Name: way.name, Colour: colours[way.name]}
			if way.name == "" {
				series.Name = "one thing that is not ideal"
			}
			for _, x := range a.values {
				m := (*machines)[0]
				*machines = (*machines)[1:]
				p := measured(x, m)
				series.Points = append(series.Points, p)
				fmt.Fprintf(table, "%s\t%s\t%.1f\t%.1f to %.1f\t%s\t%.2f\t%s\t\n", name, strings.TrimSpace(fmt.Sprintf("%g %s", x, a.unit)),
					p.Accuracy, p.Low, p.High, snr(m), clipped(m), unit.Digits(p.EnergyJ/micro))
			}
			panel.Series = append(panel.Series, series)
		}
		panels = append(panels, panel)
	}
	table.Flush()
	return panels
}

func snr(m *system.Machine) string {
	if t := m.Values.Trials; t != nil && t.SNRdB != nil {
		return fmt.Sprintf("%.1f", t.SNRdB.Mean)
	}
	return decibel(m.Values.SNRdB)
}

// clipped is the share of the first chip's conversions that hit the end of the range.
func clipped(m *system.Machine) float64 {
	var conversions float64
	for _, c := range m.Components {
		for _, a := range c.Actions {
			if c.Path == "tile/array/adc" && a.Action == "convert" {
				conversions += float64(a.Count)
			}
		}
	}
	passes := math.Ceil(float64(m.Values.Inputs) / float64(m.Batch))
	return 100 * float64(m.Values.Clipped) / (conversions * passes)
}

// front prints the chips of the grid that no other beats in accuracy and in energy.
func front(w io.Writer, choices []choice, machines []*system.Machine) (points []figure.Measured) {
	for i, c := range choices {
		p := measured(0, machines[i])
		p.Group = "cells of " + bits(c.cell)
		p.Caption = fmt.Sprintf("%s, %d rows", bits(c.adc), c.rows)
		points = append(points, p)
	}
	fmt.Fprintf(w, "\n%d chips with a programming error of 2 %%; those that no other beats in accuracy and in energy:\n\n", len(points))
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "cells\tADC and rows\taccuracy, %\t95 %\tenergy, µJ an image\t")
	for _, p := range figure.Best(points) {
		fmt.Fprintf(table, "%s\t%s\t%.1f\t%.1f to %.1f\t%s\t\n", p.Group, p.Caption, p.Accuracy, p.Low, p.High, unit.Digits(p.EnergyJ/micro))
	}
	table.Flush()
	return points
}

func bits(n int) string {
	if n == 1 {
		return "1 bit"
	}
	return fmt.Sprintf("%d bits", n)
}
