package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// command is one subcommand; its texts are Go doc comments, with preformatted
// lines behind a tab.
type command struct {
	name     string
	operands string
	most     int // operands it takes; -1: any number
	least    int
	summary  string
	about    string
	flagsOf  func(*options) []flag
	examples []string
	run      func(s *session, ctx context.Context, o *options, operands []string) error
}

// commands lists what exists, in the order of the help.
var commands = []command{
	{
		name: "run", operands: "CONFIG...", least: 1, most: -1,
		summary: "simulate a workload on every machine of a config and compare them",
		about: `Run simulates the workload of each CONFIG on every machine the file names and
prints the comparison: energy, time, area, where they come from, and which
machine is best for which layer. Energy is of one pass, a batch through the
whole model in the steady state; programming the weights once, before the first
inference, stands apart.

All configs are checked before the first is run. With --format json, one CONFIG
gives one object (schema xbar.result/1) and several give an array. CSV holds one
number a row, in SI base units. If a run or one of its
machines fails the others still run, and the result says which machine failed
and why; if a run is interrupted, what machines had finished by then is printed,
and a file of -o is left alone. Either way the exit code is 1.

With --trace every machine but scalar ones is simulated once more and looked at: the
result is the same. The trace is Chrome's JSON, for https://ui.perfetto.dev: a process
for each machine, a thread for each of its components with what it does and, while it
is idle, what for, and counters of power and of what buffers hold. Of a long run it
holds some stretches whole and sums up the others; messages and the file say which.
--timeline draws each component's time, of the whole of the last part of a run.

A roofline has the operations per second of each layer over its operations per byte of
DRAM, below the peak of all arrays, PEs or lanes and the DRAM's bandwidth; of a pipeline,
the pass.`,
		flagsOf: func(o *options) []flag {
			return []flag{o.formatFlag(everyFormat...), o.outputFlag(), o.setFlag(), o.seedFlag(), o.traceFlag(),
				o.figureFlag("draw energy by category, and by layer"),
				pictureFlag("timeline", "draw what components do when, and what they wait for", &o.timeline),
				pictureFlag("layers", "draw each layer's energy per MAC by category", &o.layers),
				pictureFlag("roofline", "draw layers under each machine's peak and DRAM bandwidth", &o.roofs), o.workersFlag(), o.quietFlag()}
		},
		examples: []string{
			"xbar run study.toml",
			"xbar run study.toml --set workload.batch=64 --seed 7",
			"xbar run study.toml --format json -o result.json --figure energy.svg",
			"xbar run study.toml --trace trace.json --timeline timeline.svg",
			"xbar run small.toml large.toml --format csv | sort",
		},
		run: (*session).run,
	},
	{
		name: "laws", operands: "[CONFIG]", most: 1,
		summary: "measure the scaling laws beside their closed forms",
		about: `Laws measures by simulation how energy per MAC follows the size of problem and
processor, and prints every law beside its closed form: the points, the slope
of log energy over log size, and whether the law holds. Without a CONFIG it
uses built-in machines; --set and --seed need a CONFIG.`,
		flagsOf: func(o *options) []flag {
			return []flag{o.formatFlag(everyFormat...), o.outputFlag(), o.setFlag(), o.seedFlag(),
				o.figureFlag("draw the laws as log-log panels"), o.workersFlag(), o.quietFlag()}
		},
		examples: []string{
			"xbar laws",
			"xbar laws --figure laws.svg",
			"xbar laws study.toml --format json",
		},
		run: (*session).laws,
	},
	{
		name: "explain", operands: "CONFIG [PATH]", least: 1, most: 2,
		summary: "say where each joule, second and square metre comes from",
		about: `Explain runs a study and derives its numbers: for every action that costs energy
the equation of one, with symbols and with numbers, its inputs down to keys of
the config and published constants, and their sources. Time, area and the
distance from what physics allows follow in the same way.

A PATH narrows the answer to a component (tile/array/adc), to all below one
(tile/array), to an action of one (tile/array/adc/convert), to a category
(output), or to one of total (energy, time and area), energy, time, energy-delay,
wear, area, limits and devices. What is programmed once, before the first
inference, stands beside the energy of a pass: programming. A machine's name and a
colon before it leave the other machines out: small:tile/array/adc. The answer
about everything sums up actions of less than a thousandth; asked for by PATH they
are shown. JSON is schema xbar.explain/1.`,
		flagsOf: func(o *options) []flag {
			return []flag{o.formatFlag("text", "json", "markdown"), o.outputFlag(), o.setFlag(), o.seedFlag(), o.workersFlag(), o.quietFlag()}
		},
		examples: []string{
			"xbar explain study.toml",
			"xbar explain study.toml tile/array/adc",
			"xbar explain study.toml isaac:time",
			"xbar explain study.toml limits --set machine.isaac.adc.resolution=6",
			"xbar explain study.toml --format json -o why.json",
		},
		run: (*session).explain,
	},
	{
		name: "mvm", operands: "CONFIG", least: 1, most: 1,
		summary: "multiply your own matrices through a machine's arrays",
		about: `Mvm computes Y = X·W through the arrays of one machine of CONFIG, as many as W
needs, and says how far Y is from the exact product and what it took: energy, time
and area of the whole product as one pass. The config's own workload is left aside.

X and W are NumPy files (.npy). They are rounded to whole numbers of --input-bits and
--weight-bits, times a step that the largest of them sets; whole numbers that fit are
taken as they are. Inputs of which none is below zero are driven without a sign.
JSON is schema xbar.mvm/1, and holds Y unless --output names a file for it.`,
		flagsOf: func(o *options) []flag {
			return append(o.productFlags(), o.formatFlag("text", "json", "markdown"), o.outputFlag(), o.setFlag(), o.seedFlag(), o.workersFlag(), o.quietFlag())
		},
		examples: []string{
			"xbar mvm study.toml --weights W.npy --inputs X.npy --output Y.npy",
			"xbar mvm study.toml --weights W.npy --inputs X.npy --machine isaac --format json",
			"xbar mvm study.toml --weights W.npy --inputs X.npy --weight-bits 4 --set machine.isaac.adc.resolution=6",
		},
		run: (*session).mvm,
	},
	{
		name: "sweep", operands: "STUDY | merge STUDY | compare A B", least: 1, most: 3,
		summary: "run a what-if study: a config at many points of any of its keys",
		about: `Sweep simulates the config that STUDY names as its base at every point of the
study's axes, and answers which points are best. A study is a TOML file:

	base = "chip.toml"
	[[axis]]
	key = "machine.isaac.adc.resolution"
	values = [5, 6, 7, 8]
	[[axis]]
	key = "machine.isaac.crossbar.rows"
	from = 64
	to = 1024
	scale = "powers"

An axis has a key of the config, as --set takes it, and its values, or a range with
so many steps, linear, log or powers of two; axes with the same zip go together.
With sampling = "random", "latin" or "sobol" and a number of points, points are drawn
from the ranges instead of the whole grid. With sampling = "search" they are those that an
evolution strategy (CMA-ES) tries on its way to the goal of the answers, within their
bounds: the way to the best of a space that is too large to compute whole.

Results go into a folder, STUDY without .toml and with -results unless -o names
another: a journal of points as they end, and at the end results.jsonl and results.csv,
which are the same bytes for any -j. A study that was stopped, in whatever way, goes on
where it was when it is started again. A point that fails is recorded with its error.

With --shard 2/4 a run computes every fourth point, beginning with the second; when all
shards have run, here or with their journals copied into one folder, xbar sweep merge
STUDY says what is missing, or writes the results. With --shard env/4 the environment
says which shard: JOB_COMPLETION_INDEX, from 0 on, as an indexed job of Kubernetes has
it, or SLURM_ARRAY_TASK_ID, from 1 on.

With --slurm 8 a job array of Slurm computes eight shards in a folder that its nodes see:
a script is written and submitted, tasks that end early are tried again, until they come
to nothing three times in a row, and the answer is that of a run here. -j is processors
a task; --sbatch and variables such as SBATCH_PARTITION say what else sbatch is to know.
Ctrl-C ends the wait and leaves the jobs in the queue; the same command waits again.

Without a question it shows the points that are best in energy per inference for their
latency. JSON is schema xbar.answer/1.

What is asked stands in the study, or in flags, which go before it key by key:

	[answers]
	minimize = "energy_per_inference_j"      # or maximize
	subject_to = ["latency_s <= 1 ms", "accuracy >= 0.88"]
	pareto = ["energy_per_inference_j", "latency_s"]
	effects = "energy_per_inference_j"       # Sobol's indices
	tornado = "energy_per_inference_j"       # one axis at a time, about the base
	crossover = "isaac.energy_j < cpu.energy_j"
	along = "rows"                           # the axis of the crossover
	heatmap = "isaac.energy_j"
	over = ["rows", "resolution"]            # the heat map's axes
	where = ["tiles = 100"]                  # of the crossover and the heat map
	[answers.figures]                        # in the folder of the results
	pareto = "front.svg"                     # and tornado, crossover, heatmap

A crossover is bracketed by the grid's points and halved by more simulations, up to whole
numbers that follow each other or to 0.1%, for every combination of the other axes; so are
the ends of a tornado simulated beside the grid. Those points are kept in aside.jsonl.

Compare shows two studies, or two folders of results, beside each other: points are matched
by the values of their axes, and each output is told as the ratio of B's to A's, with the
points that only one has and the best of each. JSON is schema xbar.comparison/1.

Outputs are, in SI units:

` + outputList(),
		flagsOf: func(o *options) []flag {
			return append(o.studyFlags(), o.formatFlag("text", "json", "markdown"), o.folderFlag(), o.setFlag(), o.workersFlag(), o.quietFlag())
		},
		examples: []string{
			"xbar sweep study.toml",
			"xbar sweep study.toml --minimize energy_per_inference_j --subject-to 'latency_s <= 1 ms'",
			"xbar sweep study.toml --pareto energy_per_inference_j,area_m2,accuracy",
			"xbar sweep study.toml --effects energy_per_mac_j",
			"xbar sweep study.toml --tornado latency_s --figure tornado.svg",
			"xbar sweep study.toml --crossover 'isaac.energy_j < cpu.energy_j' --along rows",
			"xbar sweep study.toml --heatmap energy_per_mac_j --over rows,resolution --figure heat.svg",
			"xbar sweep study.toml --curves energy_per_inference_j --over tiles,batch --figure energy.svg",
			"xbar sweep study.toml --shard 2/4 -o /shared/results",
			"xbar sweep study.toml --slurm 64 -j 4 --sbatch --time=1:00:00",
			"xbar sweep merge study.toml -o /shared/results",
			"xbar sweep compare before-results after-results --minimize latency_s",
		},
		run: (*session).sweep,
	},
	{
		name: "report", operands: "CONFIG|STUDY|DIR", least: 1, most: 1,
		summary: "write a run or a study as one HTML page: tables, figures and sources",
		about: `Report writes one HTML file that loads nothing, to be read on a screen, on a phone
and on paper, and to be sent to others.

Of a CONFIG it is what xbar run prints, which is simulated first: the machines
compared, energy by category and by layer as figures, each machine's components and
layers, where the largest terms come from as xbar explain has it, warnings,
assumptions, sources, the config as it is written, and the command that writes the
page again. Tables sort by a click on a heading. If a machine fails the page is of the
others and says why, and the exit code is 1.

Of a STUDY, or of the folder DIR that xbar sweep wrote, it is what the points
answer, and nothing is simulated: axes, the best points, Pareto fronts, what the
axes of a grid do, and which points failed and why; or what is asked as of xbar sweep.
A study must be complete.

The page is CONFIG or STUDY without .toml and with -report.html, or report.html in DIR,
unless -o names another.`,
		flagsOf: func(o *options) []flag {
			return append([]flag{o.pageFlag(), o.setFlag(), o.seedFlag(), o.workersFlag(), o.resultsFlag()}, append(o.study.answerFlags(), o.quietFlag())...)
		},
		examples: []string{
			"xbar report study.toml",
			"xbar report chip.toml --set machine.isaac.adc.resolution=6 -o six-bits.html",
			"xbar report study-results",
			"xbar report study.toml --pareto energy_per_inference_j,area_m2 --subject-to 'latency_s <= 1 ms'",
		},
		run: (*session).report,
	},
	{
		name: "import", operands: "FILE", least: 1, most: 1,
		summary: "show what kernels a network's file holds",
		about: `Import reads a network from a file of another program and prints the kernels
it holds: L vectors of length N with M outputs each, how many multiply-accumulates
and weights that is, and what was made of what can be read in two ways. A name that
ends in .onnx is an ONNX model, of which only sizes are read; what it computes
beside the products is listed by operator, and so is every operator that is not
known. Dimensions that a model has only a name for are given sizes with --dim, and in
a config with dims = { sequence = 128 }; the first one of an input is else taken as 1.
Any other name is a SCALE-Sim topology, rows of comma-separated numbers below
a heading; or, where there is no such file, a network of the library, "resnet-50".
A config takes either as it is, with onnx = "FILE", topology = "FILE" or
preset = "NAME" in [workload]; --toml writes it as kernels instead, to be
changed by hand. JSON is schema xbar.import/1.`,
		flagsOf: func(o *options) []flag {
			return []flag{o.formatFlag(everyFormat...), o.tomlFlag(), o.dimFlag(), o.outputFlag(), o.quietFlag()}
		},
		examples: []string{
			"xbar import resnet50.csv",
			"xbar import resnet18.onnx",
			"xbar import bert.onnx --dim batch=1 --dim sequence=128",
			"xbar import resnet50.csv --toml -o kernels.toml",
		},
		run: (*session).importFile,
	},
	{
		name: "presets", operands: "[NAME]", most: 1,
		summary: "list the library of machines, parts and networks, or print one as TOML",
		about: `Presets lists the library: what a config can name with preset = "NAME", in a
machine, in a section of one, or in [workload]. With a NAME it prints that preset whole, as TOML,
with the source of every number. Where a machine and a part share a name, NAME
is the machine, and KIND/NAME the part.`,
		flagsOf: func(o *options) []flag {
			format := o.formatFlag(everyFormat...)
			format.about = "of the list, without a NAME: " + format.about
			return []flag{format, o.outputFlag(), o.quietFlag()}
		},
		examples: []string{
			"xbar presets",
			"xbar presets reram-small",
			"xbar presets reram-small -o mine.toml",
			"xbar presets adc/isaac-8b",
		},
		run: (*session).presets,
	},
	{
		name: "keys", operands: "[TABLE]", most: 1,
		summary: "list what a config may hold: keys, units, defaults and models",
		about: `Keys lists the tables of a config and what may stand in each: every key with its
unit or range, its default or that it is needed, and the models among which a
key chooses, with the keys that each model needs. A TABLE narrows the answer to
that table and those below it: adc, machine.adc, workload. JSON is schema
xbar.keys/1.`,
		flagsOf: func(o *options) []flag {
			return []flag{o.formatFlag("text", "json"), o.outputFlag(), o.quietFlag()}
		},
		examples: []string{
			"xbar keys adc",
			"xbar keys workload",
			"xbar keys --format json -o keys.json",
		},
		run: (*session).keys,
	},
	{
		name:    "validate",
		summary: "compare the simulator with published chips and golden numbers",
		about: `Validate runs the simulator against published numbers, from the closed forms up
to fabricated chips, and prints every figure: published, simulated, the error,
and whether it was calibrated or predicted. A chip is simulated with energies
that were measured on it, and again by the library's models alone.

A figure outside its tolerance is marked. Where the reason is known it stands
below; if any figure is off without one, the exit code is 1.`,
		flagsOf: func(o *options) []flag {
			return []flag{o.formatFlag(everyFormat...), o.outputFlag(), o.figureFlag("draw simulated over published"), o.workersFlag(), o.quietFlag()}
		},
		examples: []string{
			"xbar validate",
			"xbar validate --format json -o validation.json",
		},
		run: (*session).validate,
	},
	{
		name:    "version",
		summary: "print the version",
		about: `Version prints the version of xbar, the revision it was built from and the Go
version that built it.`,
		flagsOf:  func(*options) []flag { return nil },
		examples: []string{"xbar version"},
		run:      (*session).version,
	},
}

func find(name string) *command {
	for i := range commands {
		if commands[i].name == name {
			return &commands[i]
		}
	}
	return nil
}

func commandNames() []string {
	names := []string{"help"}
	for _, c := range commands {
		names = append(names, c.name)
	}
	return names
}

func (c *command) accepts(operands []string) error {
	switch {
	case len(operands) < c.least:
		return fmt.Errorf("needs %s", strings.TrimSuffix(c.operands, "..."))
	case c.most >= 0 && len(operands) > c.most:
		return fmt.Errorf("unexpected %q", operands[c.most])
	}
	return nil
}

func (s *session) version(context.Context, *options, []string) error {
	_, err := fmt.Fprintln(s.stdout, buildDescription())
	return err
}

var errOneConfig = errors.New("takes one CONFIG, because there is one file for the answer")
