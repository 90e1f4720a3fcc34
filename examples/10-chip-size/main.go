// Command 10-chip-size measures what a chip that is too small for its network
// costs: energy per inference against the number of arrays, under each policy,
// and against the batch, between reloads and spills. It prints the tables and,
// with -figures, draws them.
//
//	go run ./examples/10-chip-size -figures examples/10-chip-size
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"xbar/configs"
	"xbar/sim/report/figure"
	"xbar/sim/system"
	"xbar/sim/unit"
)

func main() {
	log.SetFlags(0)
	study := flag.String("study", "examples/10-chip-size/resnet18.toml", "the network and the two chips")
	figures := flag.String("figures", "", "folder to draw the figures in")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *study, *figures); err != nil {
		log.Fatal(err)
	}
}

// chip is a machine of the study, and how far its network reaches when it has as
// many arrays as its preset.
type chip struct {
	name, title string
	arrays      int     // of the preset
	reach       float64 // mm
	fits        int     // arrays that hold all weights
}

var chips = []chip{
	{"reram", "ReRAM, 45 nm", 32, 1, 2864},
	{"sram", "digital SRAM, 28 nm", 16, 1.8, 5724},
}

const (
	perTile = 16
	few     = 256 // arrays of the chip whose batch is varied
	milli   = 1e-3
)

func run(ctx context.Context, w io.Writer, study, figures string) error {
	text, err := os.ReadFile(study)
	if err != nil {
		return err
	}
	s := studied{study, text}
	var sizes, batches []figure.CurvePanel
	for i := range chips {
		p, err := s.sizes(ctx, w, &chips[i])
		if err != nil {
			return fmt.Errorf("%s: %w", chips[i].name, err)
		}
		sizes = append(sizes, p)
	}
	for _, buffer := range []string{"256 KiB", "1 MiB"} {
		p, err := s.batches(ctx, w, &chips[1], buffer)
		if err != nil {
			return fmt.Errorf("a buffer of %s: %w", buffer, err)
		}
		batches = append(batches, p)
	}
	if figures == "" {
		return nil
	}
	const y = "energy (mJ/inference)"
	return errors.Join(
		figure.Curves(sizes, y, filepath.Join(figures, "arrays.svg")),
		figure.Curves(batches, y, filepath.Join(figures, "batch.svg")))
}

// studied is the study, for runs to vary.
type studied struct {
	path string
	text []byte
}

// simulate runs one chip with so many arrays, whose wires reach as far as its
// side is long.
func (s *studied) simulate(ctx context.Context, c *chip, arrays int, sets ...string) (*system.Machine, error) {
	set := func(key string, value any) string { return fmt.Sprintf("machine.%s.%s=%v", c.name, key, value) }
	reach := c.reach * math.Sqrt(float64(arrays)/float64(c.arrays))
	all := []string{
		set("chip.tiles", (arrays+perTile-1)/perTile), set("chip.arrays_per_tile", perTile),
		set("network.length", fmt.Sprintf("%.3g mm", reach)),
	}
	for _, each := range sets {
		all = append(all, fmt.Sprintf("machine.%s.%s", c.name, each))
	}
	cfg, err := configs.Parse(s.path, s.text, all, nil)
	if err != nil {
		return nil, err
	}
	for i := range cfg.Machines {
		if cfg.Machines[i].Name == c.name {
			cfg.Machines = cfg.Machines[i : i+1]
			result, err := system.Run(ctx, cfg, system.Options{Workers: 1})
			if err != nil {
				return nil, err
			}
			return &result.Machines[0], nil
		}
	}
	return nil, fmt.Errorf("%s has no machine %q", s.path, c.name)
}

// sizes is energy against arrays. What auto tried has the other policies.
func (s *studied) sizes(ctx context.Context, w io.Writer, c *chip) (figure.CurvePanel, error) {
	var xs []int
	for n := perTile; n < c.fits/2; n *= 4 {
		xs = append(xs, n)
	}
	xs = append(xs, c.fits/2, c.fits*3/4, c.fits*9/10, c.fits, 2*c.fits)
	machines, err := s.all(ctx, len(xs), func(i int) (*system.Machine, error) { return s.simulate(ctx, c, xs[i]) })
	panel := figure.CurvePanel{Title: c.title, X: "arrays", Curves: []figure.Curve{{Name: "lru", Colour: 1}, {Name: "optimal", Colour: 2}, {Name: "auto", Colour: 0}, {Name: "auto, without leakage", Colour: 0, Dashed: true}}}
	if err != nil {
		return panel, err
	}
	fmt.Fprintf(w, "%s: arrays, and mJ an inference\n\n", c.title)
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "arrays\tneeded\tlru\toptimal\tauto\tprogramming\tleakage\tms\tloads a pass\tauto is\t")
	for _, m := range machines {
		byPolicy := map[string]float64{"auto": m.EnergyPerInferenceJ, "lru": m.EnergyPerInferenceJ, "optimal": m.EnergyPerInferenceJ, "auto, without leakage": m.EnergyPerInferenceJ - m.Categories.Static}
		chosen := "in place"
		if m.Choice != nil {
			for _, t := range m.Choice.Candidates {
				if t.Reload != "pin" {
					byPolicy[t.Reload] = t.EnergyJ
				}
			}
			chosen = m.Choice.Candidates[0].Policy()
		}
		for j := range panel.Curves {
			k := &panel.Curves[j]
			k.X, k.Y = append(k.X, float64(m.Programming.CapacityArrays)), append(k.Y, byPolicy[k.Name]/milli)
		}
		fmt.Fprintf(columns, "%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", m.Programming.CapacityArrays, m.Programming.DemandArrays,
			unit.Digits(byPolicy["lru"]/milli), unit.Digits(byPolicy["optimal"]/milli), unit.Digits(byPolicy["auto"]/milli),
			unit.Digits(m.Categories.Programming/milli), unit.Digits(m.Categories.Static/milli), unit.Digits(m.Seconds/milli), unit.Digits(m.Programming.PerPass.Tiles), chosen)
	}
	columns.Flush()
	fmt.Fprintln(w)
	return panel, nil
}

// batches is energy against the batch on a chip of few arrays, with a buffer
// that keeps activations of some inferences.
func (s *studied) batches(ctx context.Context, w io.Writer, c *chip, buffer string) (figure.CurvePanel, error) {
	xs := []int{1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64}
	sets := []string{"chip.reload=lru", "global_buffer.flavour=itrs-hp", "global_buffer.node=22 nm", "global_buffer.capacity=" + buffer}
	machines, err := s.all(ctx, len(xs)+1, func(i int) (*system.Machine, error) {
		if i == len(xs) {
			return s.simulate(ctx, c, few, append(sets[:len(sets):len(sets)], fmt.Sprint("batch_up_to=", xs[i-1]))...)
		}
		return s.simulate(ctx, c, few, append(sets[:len(sets):len(sets)], fmt.Sprint("batch=", xs[i]))...)
	})
	parts := []struct {
		name   string
		colour int
		of     func(*system.Categories) float64
	}{
		{"programming", 1, func(c *system.Categories) float64 { return c.Programming }},
		{"spills and inputs, DRAM", 2, func(c *system.Categories) float64 { return c.DRAM }},
		{"leakage", 3, func(c *system.Categories) float64 { return c.Static }},
	}
	panel := figure.CurvePanel{Title: fmt.Sprintf("%d arrays, a buffer of %s", few, buffer), X: "inferences in a pass", Curves: []figure.Curve{{Name: "all"}}}
	for _, p := range parts {
		panel.Curves = append(panel.Curves, figure.Curve{Name: p.name, Colour: p.colour, Dashed: true})
	}
	if err != nil {
		return panel, err
	}
	fmt.Fprintf(w, "%s, %d arrays, a buffer of %s: batch, and mJ an inference\n\n", c.title, few, buffer)
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "batch\tprogramming\tDRAM\tleakage\tall\tms\t")
	for i, x := range xs {
		m := machines[i]
		per := func(joules float64) float64 { return joules / float64(m.Batch) / milli }
		values := []float64{m.EnergyPerInferenceJ / milli, per(m.Categories.Programming), per(m.Categories.DRAM), per(m.Categories.Static)}
		for j := range values {
			k := &panel.Curves[j]
			k.X, k.Y = append(k.X, float64(x)), append(k.Y, values[j])
		}
		fmt.Fprintf(columns, "%d\t%s\t%s\t%s\t%s\t%s\t\n", x, unit.Digits(values[1]), unit.Digits(values[2]), unit.Digits(values[3]), unit.Digits(values[0]), unit.Digits(m.Seconds/float64(m.Batch)/milli))
	}
	columns.Flush()
	best := machines[len(xs)]
	fmt.Fprintf(w, "\n  batch_up_to = %d tried %d and chose %d: %s mJ\n\n", xs[len(xs)-1], len(best.Choice.Candidates), best.Batch, unit.Digits(best.EnergyPerInferenceJ/milli))
	return panel, nil
}

// all makes so many runs side by side.
func (s *studied) all(ctx context.Context, n int, simulate func(i int) (*system.Machine, error)) ([]*system.Machine, error) {
	machines := make([]*system.Machine, n)
	group, _ := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() (err error) {
			machines[i], err = simulate(i)
			return err
		})
	}
	return machines, group.Wait()
}
