// Xbar simulates neural networks on analog crossbars, cycle by cycle, beside the
// digital machines they compete with, and says where the energy goes.
//
// Usage:
//
//	xbar COMMAND [flags] [operands]
//
// Commands:
//
//	run       simulate a workload on every machine of a config and compare them
//	laws      measure the scaling laws beside their closed forms
//	explain   say where each joule, second and square metre comes from
//	mvm       multiply your own matrices through a machine's arrays
//	sweep     run a what-if study: a config at many points of any of its keys
//	report    write a run or a study as one HTML page: tables, figures and sources
//	import    show what kernels a network's file holds
//	presets   list the library of machines, parts and networks, or print one as TOML
//	keys      list what a config may hold: keys, units, defaults and models
//	validate  compare the simulator with published chips and golden numbers
//	version   print the version
//	help      explain xbar, or one command: xbar help COMMAND
//
// Results go to standard output, progress and messages to standard error. The exit
// code is 0 when all is done, 1 when a run failed or was interrupted, and 2 when
// the command line or a config is wrong.
//
// # xbar run
//
// Usage:
//
//	xbar run CONFIG... [flags]
//
// Run simulates the workload of each CONFIG on every machine the file names and
// prints the comparison: energy, time, area, where they come from, and which
// machine is best for which layer. Energy is of one pass, a batch through the
// whole model in the steady state; programming the weights once, before the first
// inference, stands apart.
//
// All configs are checked before the first is run. With --format json, one CONFIG
// gives one object (schema xbar.result/1) and several give an array. CSV holds one
// number a row, in SI base units. If a run or one of its
// machines fails the others still run, and the result says which machine failed
// and why; if a run is interrupted, what machines had finished by then is printed,
// and a file of -o is left alone. Either way the exit code is 1.
//
// With --trace every machine but scalar ones is simulated once more and looked at: the
// result is the same. The trace is Chrome's JSON, for https://ui.perfetto.dev: a process
// for each machine, a thread for each of its components with what it does and, while it
// is idle, what for, and counters of power and of what buffers hold. Of a long run it
// holds some stretches whole and sums up the others; messages and the file say which.
// --timeline draws each component's time, of the whole of the last part of a run.
//
// A roofline has the operations per second of each layer over its operations per byte of
// DRAM, below the peak of all arrays, PEs or lanes and the DRAM's bandwidth; of a pipeline,
// the pass.
//
// Flags, before or after the operands:
//
//	--format FORMAT    text (unless given), json, csv or markdown
//	-o FILE            write the result to FILE, whole or not at all
//	--set KEY=VALUE    override any key of the config; may be repeated
//	--seed N           override the config's seed
//	--trace FILE.json  record what components do when, and what they wait for; opens in Perfetto
//	--figure FILE      draw energy by category, and by layer, as FILE.svg or FILE.png
//	--timeline FILE    draw what components do when, and what they wait for, as FILE.svg or FILE.png
//	--layers FILE      draw each layer's energy per MAC by category, as FILE.svg or FILE.png
//	--roofline FILE    draw layers under each machine's peak and DRAM bandwidth, as FILE.svg or FILE.png
//	-j N               use at most N processors; the result is the same
//	--quiet            no progress and no messages, only results and errors
//
// Examples:
//
//	xbar run study.toml
//	xbar run study.toml --set workload.batch=64 --seed 7
//	xbar run study.toml --format json -o result.json --figure energy.svg
//	xbar run study.toml --trace trace.json --timeline timeline.svg
//	xbar run small.toml large.toml --format csv | sort
//
// # xbar laws
//
// Usage:
//
//	xbar laws [CONFIG] [flags]
//
// Laws measures by simulation how energy per MAC follows the size of problem and
// processor, and prints every law beside its closed form: the points, the slope
// of log energy over log size, and whether the law holds. Without a CONFIG it
// uses built-in machines; --set and --seed need a CONFIG.
//
// Flags, before or after the operands:
//
//	--format FORMAT    text (unless given), json, csv or markdown
//	-o FILE            write the result to FILE, whole or not at all
//	--set KEY=VALUE    override any key of the config; may be repeated
//	--seed N           override the config's seed
//	--figure FILE      draw the laws as log-log panels, as FILE.svg or FILE.png
//	-j N               use at most N processors; the result is the same
//	--quiet            no progress and no messages, only results and errors
//
// Examples:
//
//	xbar laws
//	xbar laws --figure laws.svg
//	xbar laws study.toml --format json
//
// # xbar explain
//
// Usage:
//
//	xbar explain CONFIG [PATH] [flags]
//
// Explain runs a study and derives its numbers: for every action that costs energy
// the equation of one, with symbols and with numbers, its inputs down to keys of
// the config and published constants, and their sources. Time, area and the
// distance from what physics allows follow in the same way.
//
// A PATH narrows the answer to a component (tile/array/adc), to all below one
// (tile/array), to an action of one (tile/array/adc/convert), to a category
// (output), or to one of total (energy, time and area), energy, time, energy-delay,
// wear, area, limits and devices. What is programmed once, before the first
// inference, stands beside the energy of a pass: programming. A machine's name and a
// colon before it leave the other machines out: small:tile/array/adc. The answer
// about everything sums up actions of less than a thousandth; asked for by PATH they
// are shown. JSON is schema xbar.explain/1.
//
// Flags, before or after the operands:
//
//	--format FORMAT    text (unless given), json or markdown
//	-o FILE            write the result to FILE, whole or not at all
//	--set KEY=VALUE    override any key of the config; may be repeated
//	--seed N           override the config's seed
//	-j N               use at most N processors; the result is the same
//	--quiet            no progress and no messages, only results and errors
//
// Examples:
//
//	xbar explain study.toml
//	xbar explain study.toml tile/array/adc
//	xbar explain study.toml isaac:time
//	xbar explain study.toml limits --set machine.isaac.adc.resolution=6
//	xbar explain study.toml --format json -o why.json
//
// # xbar mvm
//
// Usage:
//
//	xbar mvm CONFIG [flags]
//
// Mvm computes Y = X·W through the arrays of one machine of CONFIG, as many as W
// needs, and says how far Y is from the exact product and what it took: energy, time
// and area of the whole product as one pass. The config's own workload is left aside.
//
// X and W are NumPy files (.npy). They are rounded to whole numbers of --input-bits and
// --weight-bits, times a step that the largest of them sets; whole numbers that fit are
// taken as they are. Inputs of which none is below zero are driven without a sign.
// JSON is schema xbar.mvm/1, and holds Y unless --output names a file for it.
//
// Flags, before or after the operands:
//
//	--weights W.npy    the matrix of weights, N×M
//	--inputs X.npy     the inputs, L×N, or one of N
//	--output Y.npy     write the product there, L×M or M
//	--machine NAME     of the config; the first that has arrays unless given
//	--weight-bits B    that weights are rounded to; 8 unless given
//	--input-bits B     that inputs are rounded to; 8 unless given
//	--weight-max MAX   size of the largest weight that is held, larger ones are clipped; the largest there is unless given
//	--input-max MAX    size of the largest input that is driven, larger ones are clipped; the largest there is unless given
//	--format FORMAT    text (unless given), json or markdown
//	-o FILE            write the result to FILE, whole or not at all
//	--set KEY=VALUE    override any key of the config; may be repeated
//	--seed N           override the config's seed
//	-j N               use at most N processors; the result is the same
//	--quiet            no progress and no messages, only results and errors
//
// Examples:
//
//	xbar mvm study.toml --weights W.npy --inputs X.npy --output Y.npy
//	xbar mvm study.toml --weights W.npy --inputs X.npy --machine isaac --format json
//	xbar mvm study.toml --weights W.npy --inputs X.npy --weight-bits 4 --set machine.isaac.adc.resolution=6
//
// # xbar sweep
//
// Usage:
//
//	xbar sweep STUDY | merge STUDY | compare A B [flags]
//
// Sweep simulates the config that STUDY names as its base at every point of the
// study's axes, and answers which points are best. A study is a TOML file:
//
//	base = "chip.toml"
//	[[axis]]
//	key = "machine.isaac.adc.resolution"
//	values = [5, 6, 7, 8]
//	[[axis]]
//	key = "machine.isaac.crossbar.rows"
//	from = 64
//	to = 1024
//	scale = "powers"
//
// An axis has a key of the config, as --set takes it, and its values, or a range with
// so many steps, linear, log or powers of two; axes with the same zip go together.
// With sampling = "random", "latin" or "sobol" and a number of points, points are drawn
// from the ranges instead of the whole grid. With sampling = "search" they are those that an
// evolution strategy (CMA-ES) tries on its way to the goal of the answers, within their
// bounds: the way to the best of a space that is too large to compute whole.
//
// Results go into a folder, STUDY without .toml and with -results unless -o names
// another: a journal of points as they end, and at the end results.jsonl and results.csv,
// which are the same bytes for any -j. A study that was stopped, in whatever way, goes on
// where it was when it is started again. A point that fails is recorded with its error.
//
// With --shard 2/4 a run computes every fourth point, beginning with the second; when all
// shards have run, here or with their journals copied into one folder, xbar sweep merge
// STUDY says what is missing, or writes the results. With --shard env/4 the environment
// says which shard: JOB_COMPLETION_INDEX, from 0 on, as an indexed job of Kubernetes has
// it, or SLURM_ARRAY_TASK_ID, from 1 on.
//
// With --slurm 8 a job array of Slurm computes eight shards in a folder that its nodes see:
// a script is written and submitted, tasks that end early are tried again, until they come
// to nothing three times in a row, and the answer is that of a run here. -j is processors
// a task; --sbatch and variables such as SBATCH_PARTITION say what else sbatch is to know.
// Ctrl-C ends the wait and leaves the jobs in the queue; the same command waits again.
//
// Without a question it shows the points that are best in energy per inference for their
// latency. JSON is schema xbar.answer/1.
//
// What is asked stands in the study, or in flags, which go before it key by key:
//
//	[answers]
//	minimize = "energy_per_inference_j"      # or maximize
//	subject_to = ["latency_s <= 1 ms", "accuracy >= 0.88"]
//	pareto = ["energy_per_inference_j", "latency_s"]
//	effects = "energy_per_inference_j"       # Sobol's indices
//	tornado = "energy_per_inference_j"       # one axis at a time, about the base
//	crossover = "isaac.energy_j < cpu.energy_j"
//	along = "rows"                           # the axis of the crossover
//	heatmap = "isaac.energy_j"
//	over = ["rows", "resolution"]            # the heat map's axes
//	where = ["tiles = 100"]                  # of the crossover and the heat map
//	[answers.figures]                        # in the folder of the results
//	pareto = "front.svg"                     # and tornado, crossover, heatmap
//
// A crossover is bracketed by the grid's points and halved by more simulations, up to whole
// numbers that follow each other or to 0.1%, for every combination of the other axes; so are
// the ends of a tornado simulated beside the grid. Those points are kept in aside.jsonl.
//
// Compare shows two studies, or two folders of results, beside each other: points are matched
// by the values of their axes, and each output is told as the ratio of B's to A's, with the
// points that only one has and the best of each. JSON is schema xbar.comparison/1.
//
// Outputs are, in SI units:
//
//	energy_per_inference_j  with its share of one-time programming
//	energy_j                of a pass
//	energy_per_mac_j        of a multiply-accumulate
//	latency_s               of a pass, from its first input to its last output
//	seconds                 from pass to pass
//	inferences_per_second
//	energy_delay_js         of an inference
//	ops_per_joule           two operations are a multiply-accumulate
//	ops_per_second
//	area_m2
//	input_j                 of a pass: drivers and DACs
//	cells_j                 of a pass
//	output_j                of a pass: samples and ADCs
//	accumulate_j            of a pass
//	buffer_j                of a pass
//	network_j               of a pass
//	dram_j                  of a pass
//	programming_j           of a pass: weights that are loaded again
//	compute_j               of a pass
//	static_j                of a pass: leakage
//	arrays_needed           by the model
//	tiles_reloaded          in a pass
//	days_to_wear_out        without a pause
//	wear_per_year           share of the cells' endurance that a year without a pause takes; 0: they are not written
//	accuracy                of exact values
//	snr_db                  of the last kernel's outputs
//
// Flags, before or after the operands:
//
//	--minimize OUTPUT  show the points with the least of an output; of several machines, MACHINE.OUTPUT
//	--maximize OUTPUT  show those with the most of it
//	--subject-to BOUND  only points that keep a bound, as in 'latency_s <= 1 ms' or 'a.energy_j < b.energy_j'; may be repeated
//	--pareto OUTPUTS   show the points that are best in one of some outputs for what they are in the others
//	--effects OUTPUT   show which axes of a grid an output goes with: Sobol's indices
//	--tornado OUTPUT   show what an output does as one axis after the other goes from end to end, all else as in the base
//	--crossover RELATION  show where on an axis of a grid a relation begins to hold, as in 'a.energy_j < b.energy_j'
//	--along AXIS       look for the crossover on that axis; on the first range unless given
//	--heatmap OUTPUT   show an output over two axes of a grid, the best over all others
//	--curves OUTPUT    show an output over one axis of a grid, for each value of another, the best over all others
//	--over AXIS,AXIS   the axes of heat map and curves, the first across; the first two unless given
//	--where AXIS=VALUE  crossover, heat map and curves at that value of an axis; may be repeated
//	--figure FILE      draw the front's first two outputs, the tornado, the crossover, the heat map or the curves, as FILE.svg or FILE.png; of several answers, pareto=FILE, tornado=FILE and so on
//	--shard I/N        compute every Nth point, beginning with the Ith; env/N: which one is in the environment
//	--slurm N          have N tasks of a Slurm job array compute the points, and wait for them
//	--sbatch OPTION    an option of sbatch for these, as in --sbatch --time=1:00:00; may be repeated
//	--format FORMAT    text (unless given), json or markdown
//	-o DIR             keep points and results in DIR
//	--set KEY=VALUE    override any key of the config; may be repeated
//	-j N               use at most N processors; the result is the same
//	--quiet            no progress and no messages, only results and errors
//
// Examples:
//
//	xbar sweep study.toml
//	xbar sweep study.toml --minimize energy_per_inference_j --subject-to 'latency_s <= 1 ms'
//	xbar sweep study.toml --pareto energy_per_inference_j,area_m2,accuracy
//	xbar sweep study.toml --effects energy_per_mac_j
//	xbar sweep study.toml --tornado latency_s --figure tornado.svg
//	xbar sweep study.toml --crossover 'isaac.energy_j < cpu.energy_j' --along rows
//	xbar sweep study.toml --heatmap energy_per_mac_j --over rows,resolution --figure heat.svg
//	xbar sweep study.toml --curves energy_per_inference_j --over tiles,batch --figure energy.svg
//	xbar sweep study.toml --shard 2/4 -o /shared/results
//	xbar sweep study.toml --slurm 64 -j 4 --sbatch --time=1:00:00
//	xbar sweep merge study.toml -o /shared/results
//	xbar sweep compare before-results after-results --minimize latency_s
//
// # xbar report
//
// Usage:
//
//	xbar report CONFIG|STUDY|DIR [flags]
//
// Report writes one HTML file that loads nothing, to be read on a screen, on a phone
// and on paper, and to be sent to others.
//
// Of a CONFIG it is what xbar run prints, which is simulated first: the machines
// compared, energy by category and by layer as figures, each machine's components and
// layers, where the largest terms come from as xbar explain has it, warnings,
// assumptions, sources, the config as it is written, and the command that writes the
// page again. Tables sort by a click on a heading. If a machine fails the page is of the
// others and says why, and the exit code is 1.
//
// Of a STUDY, or of the folder DIR that xbar sweep wrote, it is what the points
// answer, and nothing is simulated: axes, the best points, Pareto fronts, what the
// axes of a grid do, and which points failed and why; or what is asked as of xbar sweep.
// A study must be complete.
//
// The page is CONFIG or STUDY without .toml and with -report.html, or report.html in DIR,
// unless -o names another.
//
// Flags, before or after the operands:
//
//	-o FILE.html       write the page to FILE.html, or with - to standard output
//	--set KEY=VALUE    override any key of the config; may be repeated
//	--seed N           override the config's seed
//	-j N               use at most N processors; the result is the same
//	--results DIR      of a study: where its points are, unless in STUDY-results
//	--minimize OUTPUT  show the points with the least of an output; of several machines, MACHINE.OUTPUT
//	--maximize OUTPUT  show those with the most of it
//	--subject-to BOUND  only points that keep a bound, as in 'latency_s <= 1 ms' or 'a.energy_j < b.energy_j'; may be repeated
//	--pareto OUTPUTS   show the points that are best in one of some outputs for what they are in the others
//	--effects OUTPUT   show which axes of a grid an output goes with: Sobol's indices
//	--tornado OUTPUT   show what an output does as one axis after the other goes from end to end, all else as in the base
//	--crossover RELATION  show where on an axis of a grid a relation begins to hold, as in 'a.energy_j < b.energy_j'
//	--along AXIS       look for the crossover on that axis; on the first range unless given
//	--heatmap OUTPUT   show an output over two axes of a grid, the best over all others
//	--curves OUTPUT    show an output over one axis of a grid, for each value of another, the best over all others
//	--over AXIS,AXIS   the axes of heat map and curves, the first across; the first two unless given
//	--where AXIS=VALUE  crossover, heat map and curves at that value of an axis; may be repeated
//	--quiet            no progress and no messages, only results and errors
//
// Examples:
//
//	xbar report study.toml
//	xbar report chip.toml --set machine.isaac.adc.resolution=6 -o six-bits.html
//	xbar report study-results
//	xbar report study.toml --pareto energy_per_inference_j,area_m2 --subject-to 'latency_s <= 1 ms'
//
// # xbar import
//
// Usage:
//
//	xbar import FILE [flags]
//
// Import reads a network from a file of another program and prints the kernels
// it holds: L vectors of length N with M outputs each, how many multiply-accumulates
// and weights that is, and what was made of what can be read in two ways. A name that
// ends in .onnx is an ONNX model, of which only sizes are read; what it computes
// beside the products is listed by operator, and so is every operator that is not
// known. Dimensions that a model has only a name for are given sizes with --dim, and in
// a config with dims = { sequence = 128 }; the first one of an input is else taken as 1.
// Any other name is a SCALE-Sim topology, rows of comma-separated numbers below
// a heading; or, where there is no such file, a network of the library, "resnet-50".
// A config takes either as it is, with onnx = "FILE", topology = "FILE" or
// preset = "NAME" in [workload]; --toml writes it as kernels instead, to be
// changed by hand. JSON is schema xbar.import/1.
//
// Flags, before or after the operands:
//
//	--format FORMAT    text (unless given), json, csv or markdown
//	--toml             write the layers as a workload of kernels, to paste into a config
//	--dim NAME=SIZE    give a dimension of an ONNX model that goes by a name a size; repeatable
//	-o FILE            write the result to FILE, whole or not at all
//	--quiet            no progress and no messages, only results and errors
//
// Examples:
//
//	xbar import resnet50.csv
//	xbar import resnet18.onnx
//	xbar import bert.onnx --dim batch=1 --dim sequence=128
//	xbar import resnet50.csv --toml -o kernels.toml
//
// # xbar presets
//
// Usage:
//
//	xbar presets [NAME] [flags]
//
// Presets lists the library: what a config can name with preset = "NAME", in a
// machine, in a section of one, or in [workload]. With a NAME it prints that preset whole, as TOML,
// with the source of every number. Where a machine and a part share a name, NAME
// is the machine, and KIND/NAME the part.
//
// Flags, before or after the operands:
//
//	--format FORMAT    of the list, without a NAME: text (unless given), json, csv or markdown
//	-o FILE            write the result to FILE, whole or not at all
//	--quiet            no progress and no messages, only results and errors
//
// Examples:
//
//	xbar presets
//	xbar presets reram-small
//	xbar presets reram-small -o mine.toml
//	xbar presets adc/isaac-8b
//
// # xbar keys
//
// Usage:
//
//	xbar keys [TABLE] [flags]
//
// Keys lists the tables of a config and what may stand in each: every key with its
// unit or range, its default or that it is needed, and the models among which a
// key chooses, with the keys that each model needs. A TABLE narrows the answer to
// that table and those below it: adc, machine.adc, workload. JSON is schema
// xbar.keys/1.
//
// Flags, before or after the operands:
//
//	--format FORMAT    text (unless given) or json
//	-o FILE            write the result to FILE, whole or not at all
//	--quiet            no progress and no messages, only results and errors
//
// Examples:
//
//	xbar keys adc
//	xbar keys workload
//	xbar keys --format json -o keys.json
//
// # xbar validate
//
// Usage:
//
//	xbar validate [flags]
//
// Validate runs the simulator against published numbers, from the closed forms up
// to fabricated chips, and prints every figure: published, simulated, the error,
// and whether it was calibrated or predicted. A chip is simulated with energies
// that were measured on it, and again by the library's models alone.
//
// A figure outside its tolerance is marked. Where the reason is known it stands
// below; if any figure is off without one, the exit code is 1.
//
// Flags, before or after the operands:
//
//	--format FORMAT    text (unless given), json, csv or markdown
//	-o FILE            write the result to FILE, whole or not at all
//	--figure FILE      draw simulated over published, as FILE.svg or FILE.png
//	-j N               use at most N processors; the result is the same
//	--quiet            no progress and no messages, only results and errors
//
// Examples:
//
//	xbar validate
//	xbar validate --format json -o validation.json
//
// # xbar version
//
// Usage:
//
//	xbar version
//
// Version prints the version of xbar, the revision it was built from and the Go
// version that built it.
//
// Examples:
//
//	xbar version
package main

import (
	"os"

	"xbar/cmd/xbar/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
