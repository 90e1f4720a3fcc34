// Command 11-attention measures what attention costs on arrays that are written for it,
// on arrays that keep its keys and values, and on a digital side of the chip: GPT-2 small,
// decoding and prefill, on ReRAM and on two kinds of SRAM. It prints tables and what
// follows from them and, with -figures, draws them.
//
//	go run ./examples/11-attention -figures examples/11-attention
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"xbar/configs"
	"xbar/sim/report/figure"
	"xbar/sim/system"
	"xbar/sim/unit"
)

func main() {
	log.SetFlags(0)
	study := flag.String("study", "examples/11-attention/gpt2.toml", "the network and the chips")
	figures := flag.String("figures", "", "folder to draw the figures in")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *study, *figures); err != nil {
		log.Fatal(err)
	}
}

// chip is a machine of the study.
type chip struct{ name, title string }

var chips = []chip{
	{"reram", "ReRAM, 45 nm"},
	{"sram", "digital SRAM, 28 nm"},
	{"charge", "charge-domain SRAM, 65 nm"},
}

// way is where attention is computed.
type way struct {
	name string
	keys []string // of the machine
}

// For one vector a single row of PEs that hold sums takes least, of ten shapes of up to
// 16,384 PEs that were tried; for 1,024 the square that holds inputs, of five. The buffer
// that holds keys and values of 1,024 tokens, 18 MiB, is of the banks of systolic-45nm:
// CACTI 7, 64 KiB at 45 nm, 384 of them.
var (
	row    = []string{"chip.dynamic=digital", "digital.rows=1", "digital.dataflow=os"}
	square = []string{"chip.dynamic=digital", "digital.dataflow=is", "digital.overlap_weight_load=true"}
	buffer = []string{
		"global_buffer.capacity=24 MiB", "global_buffer.read_energy=0.1178 pJ/bit", "global_buffer.write_energy=0.1220 pJ/bit",
		"global_buffer.leakage=338.4 mW", "global_buffer.area=86.8 mm2",
	}
	ways = []way{
		{"arrays, written anew", []string{"chip.cache=rewrite"}},
		{"arrays that keep it", []string{"chip.cache=keep"}},
		{"digital side", row},
		{"digital side, 24 MiB", slices.Concat(row, buffer)},
	}
)

const (
	anew = iota
	keeping
	digital
	buffered
)

const (
	prompt, answer = 992, 32  // tokens of a session
	life           = 5 * 365. // days, of a machine
	milli          = 1e-3
)

var contexts = []int{128, 256, 512, 1024}

func run(ctx context.Context, w io.Writer, path, figures string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s := studied{path, text}
	sessions, err := s.decode(ctx, w)
	if err != nil {
		return fmt.Errorf("decoding: %w", err)
	}
	prefills, err := s.prefill(ctx, w)
	if err != nil {
		return fmt.Errorf("prefill: %w", err)
	}
	conclude(w, sessions, prefills)
	joules, seconds, err := s.growth(ctx, w)
	if err != nil || figures == "" {
		return err
	}
	return errors.Join(
		figure.Curves(joules, "energy (mJ/token)", filepath.Join(figures, "energy.svg")),
		figure.Curves(seconds, "time (ms/token)", filepath.Join(figures, "time.svg")))
}

// studied is the study, for runs to vary.
type studied struct {
	path string
	text []byte
}

func (s *studied) simulate(ctx context.Context, c *chip, w *way, workload ...string) (*system.Machine, error) {
	var sets []string
	for _, set := range workload {
		sets = append(sets, "workload."+set)
	}
	for _, key := range w.keys {
		sets = append(sets, fmt.Sprintf("machine.%s.%s", c.name, key))
	}
	cfg, err := configs.Parse(s.path, s.text, sets, nil)
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

// cost is what a token takes.
type cost struct {
	joules, seconds float64
	cells           float64  // written
	writes          float64  // of a cell in a session or a prompt, at most
	days            *float64 // that cells last; nil: none is written
}

// each runs every chip in some of the ways.
func (s *studied) each(ctx context.Context, ways []way, of func(*system.Machine) cost, workload ...string) ([][]cost, error) {
	all := make([][]cost, len(chips))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range chips {
		all[i] = make([]cost, len(ways))
		for j := range ways {
			group.Go(func() error {
				m, err := s.simulate(ctx, &chips[i], &ways[j], workload...)
				if err == nil {
					all[i][j] = of(m)
				}
				return err
			})
		}
	}
	return all, group.Wait()
}

// decode is a session: an answer to a prompt.
func (s *studied) decode(ctx context.Context, w io.Writer) ([][]cost, error) {
	all, err := s.each(ctx, ways, func(m *system.Machine) cost {
		c := cost{m.Session.MeanEnergyJ, m.Session.MeanSeconds, m.Session.Cells / answer, float64(m.Session.WritesPerCell), m.Session.DaysToWearOut}
		return c.lasting()
	}, fmt.Sprint("context=", prompt), fmt.Sprint("steps=", answer))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "Decoding %d tokens after a prompt of %d: a token's share, keys and values of the prompt written too\n\n", answer, prompt)
	table(w, "writes/session", ways, all)
	return all, nil
}

// prefill is the prompt at once: 1,024 tokens.
func (s *studied) prefill(ctx context.Context, w io.Writer) ([][]cost, error) {
	const tokens = 1024
	some := []way{{"arrays, written anew", nil}, {"digital side", square}}
	all, err := s.each(ctx, some, func(m *system.Machine) cost {
		c := cost{m.EnergyJ / tokens, m.Seconds / tokens, m.Programming.PerPass.Cells / tokens, m.Programming.WritesPerCellPerInference, m.Programming.DaysToWearOut}
		return c.lasting()
	}, "preset=gpt2-small-prefill")
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "Prefill of %d tokens: a token's share\n\n", tokens)
	table(w, "writes/prompt", some, all)
	return all, nil
}

// lasting leaves out a life that is no number of days: SRAM does not wear out.
func (c cost) lasting() cost {
	if c.days != nil && *c.days > 1000*life {
		c.days = nil
	}
	return c
}

func (c *cost) lasts() string {
	if c.days == nil {
		return "–"
	}
	return unit.Digits(*c.days)
}

func table(w io.Writer, writes string, ways []way, all [][]cost) {
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintf(columns, "chip\tattention on\tmJ/token\tms/token\tcells written/token\t%s\tdays\t\n", writes)
	for i := range chips {
		for j := range ways {
			c := &all[i][j]
			fmt.Fprintf(columns, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", chips[i].title, ways[j].name,
				unit.Digits(c.joules/milli), unit.Digits(c.seconds/milli), unit.Digits(c.cells), unit.Digits(c.writes), c.lasts())
		}
	}
	columns.Flush()
	fmt.Fprintln(w)
}

// conclude says what follows from the numbers.
func conclude(w io.Writer, sessions, prefills [][]cost) {
	fmt.Fprintf(w, "What follows, for a machine that is to last %g years:\n\n", life/365)
	for i := range chips {
		all := sessions[i]
		fmt.Fprintf(w, "  %s\n", chips[i].title)
		fmt.Fprintf(w, "    decoding, written anew %s; kept %s\n", verdict(&all[anew]), verdict(&all[keeping]))
		for j, than := range []string{anew: "writing anew", digital: "the digital side", buffered: "the digital side with its buffer"} {
			if than != "" {
				fmt.Fprintf(w, "    keeping takes %s of the energy and %s of the time of %s\n", ratio(all[keeping].joules, all[j].joules), ratio(all[keeping].seconds, all[j].seconds), than)
			}
		}
		fmt.Fprintf(w, "    prefill, written anew %s; that takes %s of the energy and %s of the time of the digital side\n",
			verdict(&prefills[i][0]), ratio(prefills[i][0].joules, prefills[i][1].joules), ratio(prefills[i][0].seconds, prefills[i][1].seconds))
		best := -1
		for j := range ways {
			if all[j].survives() && (best < 0 || all[j].joules < all[best].joules) {
				best = j
			}
		}
		fmt.Fprintf(w, "    of what lasts, the least energy a decoded token is %s mJ: %s\n", unit.Digits(all[best].joules/milli), ways[best].name)
	}
	fmt.Fprintln(w)
}

func (c *cost) survives() bool { return c.days == nil || *c.days >= life }

func verdict(c *cost) string {
	switch {
	case c.days == nil:
		return "does not wear out"
	case c.survives():
		return fmt.Sprintf("lasts %s days", c.lasts())
	}
	return fmt.Sprintf("fails after %s days", c.lasts())
}

func ratio(a, b float64) string { return unit.Digits(100*a/b) + " %" }

// growth is the cost of a token against those that it attends to.
func (s *studied) growth(ctx context.Context, w io.Writer) (joules, seconds []figure.CurvePanel, err error) {
	for i := range chips {
		joules = append(joules, figure.CurvePanel{Title: chips[i].title, X: "tokens attended to"})
		seconds = append(seconds, joules[i])
		for j := range ways {
			curve := figure.Curve{Name: ways[j].name, Colour: j}
			joules[i].Curves, seconds[i].Curves = append(joules[i].Curves, curve), append(seconds[i].Curves, curve)
		}
	}
	fmt.Fprintln(w, "A token against those that it attends to, mJ")
	fmt.Fprintln(w)
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprint(columns, "tokens\t")
	for i := range chips {
		for j := range ways {
			fmt.Fprintf(columns, "%s %c\t", chips[i].name, 'a'+j)
		}
	}
	fmt.Fprintln(columns)
	for _, tokens := range contexts {
		all, err := s.each(ctx, ways, func(m *system.Machine) cost { return cost{joules: m.EnergyJ, seconds: m.Seconds} },
			fmt.Sprint("context=", tokens-2), "steps=2")
		if err != nil {
			return nil, nil, err
		}
		fmt.Fprintf(columns, "%d\t", tokens)
		for i := range chips {
			for j := range ways {
				c := &all[i][j]
				fmt.Fprintf(columns, "%s\t", unit.Digits(c.joules/milli))
				for _, to := range []struct {
					curve *figure.Curve
					y     float64
				}{{&joules[i].Curves[j], c.joules / milli}, {&seconds[i].Curves[j], c.seconds / milli}} {
					to.curve.X, to.curve.Y = append(to.curve.X, float64(tokens)), append(to.curve.Y, to.y)
				}
			}
		}
		fmt.Fprintln(columns)
	}
	columns.Flush()
	fmt.Fprintln(w)
	for j := range ways {
		fmt.Fprintf(w, "  %c  %s\n", 'a'+j, ways[j].name)
	}
	return joules, seconds, nil
}
