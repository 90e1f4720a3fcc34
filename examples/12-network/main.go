// Command 12-network measures what a chip's network costs: a bus, a mesh and an
// H-tree under a pipelined network, against the width of their links, and what
// difference it makes where tiles stand. It prints the tables and, with -figures,
// draws them.
//
//	go run ./examples/12-network -figures examples/12-network
package main

import (
	"context"
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
	study := flag.String("study", "examples/12-network/networks.toml", "the workload and a chip with each network")
	figures := flag.String("figures", "", "folder to draw the figure in")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *study, *figures); err != nil {
		log.Fatal(err)
	}
}

var networks = []struct{ name, title string }{
	{"bus", "bus"}, {"mesh", "mesh"}, {"mesh-side", "mesh, buffer along a side"}, {"htree", "H-tree"},
}

var (
	widths     = []int{32, 64, 512}
	placements = []string{"row-major", "snake", "hilbert", "nearest"}
)

const (
	clock = 1.28e9 // a flit a cycle
	micro = 1e-6
)

func run(ctx context.Context, w io.Writer, study, figures string) error {
	text, err := os.ReadFile(study)
	if err != nil {
		return err
	}
	s := studied{study, text}
	panel, err := s.widths(ctx, w)
	if err != nil {
		return err
	}
	if err := s.placements(ctx, w); err != nil || figures == "" {
		return err
	}
	return figure.Curves([]figure.CurvePanel{panel}, "throughput (inferences/s)", filepath.Join(figures, "width.svg"))
}

// studied is the study, for runs to vary.
type studied struct {
	path string
	text []byte
}

// simulate runs one of the study's machines.
func (s *studied) simulate(ctx context.Context, name string, sets ...string) (*system.Machine, error) {
	for i := range sets {
		sets[i] = fmt.Sprintf("machine.%s.%s", name, sets[i])
	}
	cfg, err := configs.Parse(s.path, s.text, sets, nil)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(cfg.Machines, func(m configs.Machine) bool { return m.Name == name })
	cfg.Machines = cfg.Machines[i : i+1]
	result, err := system.Run(ctx, cfg, system.Options{Workers: 1})
	if err != nil {
		return nil, err
	}
	return &result.Machines[0], nil
}

// widths is throughput against the width of links.
func (s *studied) widths(ctx context.Context, w io.Writer) (figure.CurvePanel, error) {
	panel := figure.CurvePanel{X: "width of a link (bits)"}
	machines, err := all(ctx, len(networks)*len(widths), func(i int) (*system.Machine, error) {
		name, width := networks[i/len(widths)].name, widths[i%len(widths)]
		sets := []string{fmt.Sprintf("network.bandwidth=%g Gbit/s", float64(width)*clock/1e9)}
		if name != "bus" {
			sets = append(sets, fmt.Sprintf("network.flit=%d bit", width))
		}
		return s.simulate(ctx, name, sets...)
	})
	if err != nil {
		return panel, err
	}
	fmt.Fprint(w, "Links of so many bits: inferences/s, and what is busiest\n\n")
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "network\tlinks\tbits\tinferences/s\tlatency, µs\tnetwork, µJ\tall, µJ\tbusiest\tof the time\t")
	for i, network := range networks {
		curve := figure.Curve{Name: network.title, Colour: i}
		for j, width := range widths {
			m := machines[i*len(widths)+j]
			rate := float64(m.Batch) / m.Seconds
			curve.X, curve.Y = append(curve.X, float64(width)), append(curve.Y, rate)
			fmt.Fprintf(columns, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%.0f %%\t\n", network.name, linksOf(m), width, unit.Digits(rate),
				unit.Digits(m.LatencyS/micro), unit.Digits(m.Categories.Network/micro), unit.Digits(m.EnergyJ/micro), m.Pipeline.Bottleneck, 100*m.Pipeline.BottleneckBusy)
		}
		panel.Curves = append(panel.Curves, curve)
	}
	columns.Flush()
	fmt.Fprintln(w)
	return panel, nil
}

// linksOf is how many links a machine's network has; a bus is one.
func linksOf(m *system.Machine) int64 {
	for _, c := range m.Components {
		if c.Path == "network/link" {
			return c.Instances
		}
	}
	return 1
}

// placements is the energy of the network where tiles stand otherwise, with and
// without copies.
func (s *studied) placements(ctx context.Context, w io.Writer) error {
	routed := networks[1:]
	copies := []string{"none", "balance"}
	machines, err := all(ctx, len(routed)*len(placements)*len(copies), func(i int) (*system.Machine, error) {
		placement, network := placements[i/len(copies)%len(placements)], routed[i/len(copies)/len(placements)]
		return s.simulate(ctx, network.name, "chip.execution=layers", "chip.replication="+copies[i%len(copies)], "network.placement="+placement)
	})
	if err != nil {
		return err
	}
	fmt.Fprint(w, "Where tiles stand: µJ an inference over the network, of one copy of each kernel and of many\n\n")
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "network\tplacement\tone\tmany\t")
	for i := 0; i < len(machines); i += len(copies) {
		fmt.Fprintf(columns, "%s\t%s\t%s\t%s\t\n", routed[i/len(copies)/len(placements)].name, placements[i/len(copies)%len(placements)],
			unit.Digits(machines[i].Categories.Network/micro), unit.Digits(machines[i+1].Categories.Network/micro))
	}
	columns.Flush()
	return nil
}

// all makes so many runs side by side.
func all(ctx context.Context, n int, simulate func(i int) (*system.Machine, error)) ([]*system.Machine, error) {
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
