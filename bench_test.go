package xbar_test

import (
	"container/heap"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"xbar/configs"
	"xbar/sim"
	"xbar/sim/system"
)

// ---- The event core ----
//
// The hold model: a constant number of events is pending; the handler of each
// schedules one more. ns/op is the cost of one event, scheduled and dispatched.
// spread=0 has all events at one time, one cycle ahead; spread=S has delays
// uniform on 1–S cycles.

var (
	pendings = []int{1, 1_000, 100_000}
	spreads  = []int{0, 1024}
)

func BenchmarkEngine(b *testing.B) {
	for _, pending := range pendings {
		for _, spread := range spreads {
			name := fmt.Sprintf("pending=%d/spread=%d", pending, spread)
			b.Run(name+"/wheel", func(b *testing.B) { benchmarkHold(b, newWheelHold(spread), pending) })
			b.Run(name+"/heap", func(b *testing.B) { benchmarkHold(b, newHeapHold(spread), pending) })
		}
	}
}

func benchmarkHold(b *testing.B, h hold, pending int) {
	h.fill(pending, 4*pending)
	h.run()
	h.fill(pending, b.N)
	b.ReportAllocs()
	b.ResetTimer()
	h.run()
}

// BenchmarkEngineSpeedup runs both in turn, b.N events of each in all, and
// compares their medians, so that a noisy neighbour or a warm processor favours
// neither.
func BenchmarkEngineSpeedup(b *testing.B) {
	for _, pending := range pendings {
		for _, spread := range spreads {
			b.Run(fmt.Sprintf("pending=%d/spread=%d", pending, spread), func(b *testing.B) {
				benchmarkSpeedup(b, newWheelHold(spread), newHeapHold(spread), pending)
			})
		}
	}
}

func benchmarkSpeedup(b *testing.B, wheel, heap hold, pending int) {
	const rounds = 9
	events := max(b.N/rounds, 4*pending)
	perEvent := func(h hold) float64 {
		h.fill(pending, events)
		start := time.Now()
		h.run()
		return float64(time.Since(start).Nanoseconds()) / float64(events)
	}
	perEvent(wheel)
	perEvent(heap)
	var wheels, heaps []float64
	for range rounds {
		wheels = append(wheels, perEvent(wheel))
		heaps = append(heaps, perEvent(heap))
	}
	b.ReportMetric(median(wheels), "wheel-ns/event")
	b.ReportMetric(median(heaps), "heap-ns/event")
	b.ReportMetric(median(heaps)/median(wheels), "x-faster")
	b.ReportMetric(0, "ns/op") // the sum of the two says nothing
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// hold is one implementation of the hold model. fill schedules the pending
// events and sets how many are handled in all; run handles them.
type hold interface {
	fill(pending, total int)
	run()
}

// holder is the work that the handlers of both implementations do.
type holder struct {
	spread uint64
	state  uint64
	left   int   // events yet to be scheduled
	sum    int64 // of the payloads, so that they are read
}

// next takes an event's payload and gives the delay of the one to follow;
// there is none when ok is false.
func (h *holder) next(a, b int64) (delay sim.Cycle, ok bool) {
	h.sum += a + b
	if h.left == 0 {
		return 0, false
	}
	h.left--
	return h.delay(), true
}

func (h *holder) delay() sim.Cycle {
	h.state ^= h.state << 13
	h.state ^= h.state >> 7
	h.state ^= h.state << 17
	return 1 + sim.Cycle(h.state>>32*h.spread>>32)
}

// wheelHold is the hold model on the simulator's engine.
type wheelHold struct {
	holder
	engine *sim.Engine
	self   sim.ComponentID
}

func newWheelHold(spread int) *wheelHold {
	h := &wheelHold{holder: holder{spread: uint64(spread), state: 1}, engine: sim.New()}
	h.self = h.engine.Register("hold", h)
	return h
}

func (h *wheelHold) fill(pending, total int) {
	h.left = max(total-pending, 0)
	for i := range min(pending, total) {
		h.engine.Schedule(h.delay(), h.self, 1, int64(i), 1)
	}
}

func (h *wheelHold) run() {
	if err := h.engine.Run(context.Background()); err != nil {
		panic(err)
	}
}

func (h *wheelHold) Handle(ev sim.Event) error {
	if delay, ok := h.next(ev.A, ev.B); ok {
		h.engine.Schedule(delay, h.self, ev.Kind, ev.A, ev.B)
	}
	return nil
}

// heapHold is the hold model on the textbook engine: container/heap over
// events that are interfaces, each of which knows its handler. It is spared
// the garbage: handled events are used again.
type heapHold struct {
	holder
	engine heapEngine
}

func newHeapHold(spread int) *heapHold {
	return &heapHold{holder: holder{spread: uint64(spread), state: 1}}
}

func (h *heapHold) fill(pending, total int) {
	h.left = max(total-pending, 0)
	for i := range min(pending, total) {
		h.engine.schedule(h.delay(), h, 1, int64(i), 1)
	}
}

func (h *heapHold) run() {
	if err := h.engine.run(); err != nil {
		panic(err)
	}
}

func (h *heapHold) handle(ev timedEvent) error {
	m := ev.(*message)
	if delay, ok := h.next(m.a, m.b); ok {
		h.engine.schedule(delay, h, m.kind, m.a, m.b)
	}
	return nil
}

type timedEvent interface {
	time() sim.Cycle
	order() int64
	target() eventHandler
}

type eventHandler interface {
	handle(ev timedEvent) error
}

type message struct {
	at   sim.Cycle
	seq  int64
	to   eventHandler
	kind int32
	a, b int64
}

func (m *message) time() sim.Cycle      { return m.at }
func (m *message) order() int64         { return m.seq }
func (m *message) target() eventHandler { return m.to }

type eventHeap []timedEvent

func (h eventHeap) Len() int      { return len(h) }
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(timedEvent)) }

func (h eventHeap) Less(i, j int) bool {
	if a, b := h[i].time(), h[j].time(); a != b {
		return a < b
	}
	return h[i].order() < h[j].order()
}

func (h *eventHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

type heapEngine struct {
	now   sim.Cycle
	seq   int64
	queue eventHeap
	spare []*message
}

func (e *heapEngine) schedule(delay sim.Cycle, to eventHandler, kind int32, a, b int64) {
	m := e.message()
	*m = message{at: e.now + delay, seq: e.seq, to: to, kind: kind, a: a, b: b}
	e.seq++
	heap.Push(&e.queue, m)
}

func (e *heapEngine) message() *message {
	last := len(e.spare) - 1
	if last < 0 {
		return new(message)
	}
	m := e.spare[last]
	e.spare = e.spare[:last]
	return m
}

func (e *heapEngine) run() error {
	for len(e.queue) > 0 {
		ev := heap.Pop(&e.queue).(timedEvent)
		e.now = ev.time()
		if err := ev.target().handle(ev); err != nil {
			return err
		}
		e.spare = append(e.spare, ev.(*message))
	}
	return nil
}

// ---- Kernels ----
//
// The energy of a matrix product Y[L×N] = X[L×N]·W[N×N], in the steady state,
// on arrays of 128×128 cells that hold 128×32 weights each, and on a scalar
// core. Energies do not depend on the host; they are what the presets make of
// them:
//
//	resident    a chip of as many arrays as W has tiles
//	reloading   16 arrays, or half as many as W has tiles where 16 would do
//	scalar      loads, multiplies and adds, one after the other
//
// One run is enough: go test -run '^$' -bench Kernel -benchtime 1x

func BenchmarkKernel(b *testing.B) {
	for _, product := range []struct {
		name string
		l    int
	}{{"vmm", 1}, {"mmm", 256}} {
		for _, machine := range []string{"resident", "reloading", "scalar"} {
			for _, n := range []int{64, 256, 1024, 4096} {
				b.Run(fmt.Sprintf("%s/%s/N=%d", product.name, machine, n), func(b *testing.B) {
					benchmarkKernel(b, kernelStudy(b, machine, product.l, n))
				})
			}
		}
	}
}

// kernelStudy is one product on one machine.
func kernelStudy(b *testing.B, machine string, l, n int) *configs.Config {
	sets := []string{
		fmt.Sprint("workload.kernel[0].L=", l),
		fmt.Sprint("workload.kernel[0].N=", n),
		fmt.Sprint("workload.kernel[0].M=", n),
	}
	if machine == "scalar" {
		return parseStudy(b, "scalar-45nm", sets...)
	}
	arrays := ((n + 127) / 128) * ((n + 31) / 32)
	if machine == "reloading" {
		arrays = min(16, arrays/2)
	}
	perTile := min(4, arrays)
	return parseStudy(b, "reram-small", append(sets,
		fmt.Sprint("machine.it.chip.tiles=", arrays/perTile),
		fmt.Sprint("machine.it.chip.arrays_per_tile=", perTile))...)
}

// parseStudy is a kernel on a machine "it", to be given sizes.
func parseStudy(b *testing.B, preset string, sets ...string) *configs.Config {
	cfg, err := configs.Parse("study", fmt.Appendf(nil, `
inferences = 1
workload.kernel = [{ name = "kernel", L = 1, N = 64, M = 64 }]
machine = [{ name = "it", preset = %q }]
`, preset), sets, nil)
	if err != nil {
		b.Fatal(err)
	}
	return cfg
}

// benchmarkKernel reports the energy of a pass, and the events and the speed of
// the whole simulation that found it.
func benchmarkKernel(b *testing.B, cfg *configs.Config) {
	var m system.Machine
	for b.Loop() {
		m = runStudy(b, cfg).Machines[0]
	}
	macs := float64(m.MACs * m.PassesMeasured * int64(b.N))
	b.ReportMetric(m.EnergyPerMACJ*1e12, "pJ/MAC")
	b.ReportMetric(float64(m.Events), "events")
	b.ReportMetric(macs/b.Elapsed().Seconds(), "simulated-MAC/s")
	b.ReportMetric(0, "ns/op")
}

func runStudy(b *testing.B, cfg *configs.Config) *system.Result {
	result, err := system.Run(b.Context(), cfg, system.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// ---- Speed ----

// BenchmarkVector is the cost of one vector of a long run on a chip of 16
// arrays, all of which compute: ns/op, and no allocation.
func BenchmarkVector(b *testing.B) {
	for _, granularity := range []string{"burst", "step"} {
		b.Run(granularity, func(b *testing.B) {
			b.ReportAllocs()
			cfg := parseStudy(b, "reram-small", "granularity="+granularity,
				"workload.kernel[0].N=256", "workload.kernel[0].M=256", fmt.Sprint("workload.kernel[0].L=", b.N))
			b.ResetTimer()
			events := runStudy(b, cfg).Machines[0].Events
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkSystolic runs ResNet-50 on 128×128 processing elements with the
// buffers and the DRAM of a TPU, and reports the cycles that it simulates in a
// second: chunk by chunk, and cycle by cycle.
func BenchmarkSystolic(b *testing.B) {
	for _, batch := range []int{1, 6} {
		for _, granularity := range []string{"burst", "step"} {
			b.Run(fmt.Sprintf("batch=%d/%s", batch, granularity), func(b *testing.B) {
				cfg, err := configs.Load("examples/08-four-kinds/resnet50.toml", []string{
					"machine.tpu.array.rows=128", "machine.tpu.array.cols=128", fmt.Sprint("workload.batch=", batch), "granularity=" + granularity,
				})
				if err != nil {
					b.Fatal(err)
				}
				cfg.Machines = slices.DeleteFunc(cfg.Machines, func(m configs.Machine) bool { return m.Kind != "systolic" })
				var m system.Machine
				for b.Loop() {
					m = runStudy(b, cfg).Machines[0]
				}
				b.ReportMetric(float64(m.Cycles)*float64(b.N)/b.Elapsed().Seconds(), "simulated-cycles/s")
				b.ReportMetric(float64(m.Events), "events")
			})
		}
	}
}

// BenchmarkPipeline runs ResNet-50, whole, in a pipeline that is balanced over
// ISAAC's arrays, on one core.
func BenchmarkPipeline(b *testing.B) {
	b.ReportAllocs()
	cfg, err := configs.Load("examples/08-four-kinds/resnet50.toml", []string{
		"workload.batch=1", "machine.isaac.chip.execution=pipeline", "machine.isaac.chip.replication=balance",
	})
	if err != nil {
		b.Fatal(err)
	}
	cfg.Machines = cfg.Machines[:1]
	var m system.Machine
	for b.Loop() {
		m = runStudy(b, cfg).Machines[0]
	}
	b.ReportMetric(m.OpsPerSecond/2/float64(m.MACs), "inferences/s")
	b.ReportMetric(float64(m.Events), "events")
}

// BenchmarkNetwork runs networks of the library on machines of the library, layer by
// layer, on one core.
func BenchmarkNetwork(b *testing.B) {
	for _, run := range []struct{ network, machine string }{
		{"resnet-18", "isaac-8b"},
		{"resnet-50", "scalar-45nm"}, // which is planned rather than stepped
		{"gpt2-small-prefill", "isaac-8b"},
		{"gpt2-small-prefill", "digital-cim-28nm"},
	} {
		b.Run(run.network+"/"+run.machine, func(b *testing.B) {
			b.ReportAllocs()
			cfg, err := configs.Parse("network", fmt.Appendf(nil, "inferences = 1\nworkload.preset = %q\nmachine = [{ name = \"it\", preset = %q }]\n", run.network, run.machine), nil, nil)
			if err != nil {
				b.Fatal(err)
			}
			var m system.Machine
			for b.Loop() {
				m = runStudy(b, cfg).Machines[0]
			}
			b.ReportMetric(float64(m.Events), "events")
		})
	}
}

// BenchmarkStudy runs whole studies, on one core.
func BenchmarkStudy(b *testing.B) {
	const resnet = "examples/02-resnet18/resnet18.toml"
	reloading := []string{"machine.isaac.chip.tiles=8", "workload.batch=8"}
	for _, study := range []struct {
		name, path string
		sets       []string
	}{
		{"quickstart", "configs/quickstart.toml", nil},
		{"resnet18/four-kinds", "examples/08-four-kinds/resnet18.toml", nil},
		{"resnet50/four-kinds", "examples/08-four-kinds/resnet50.toml", nil},
		{"resnet18/resident", resnet, nil},
		{"resnet18/lru", resnet, append(reloading, "machine.isaac.chip.reload=lru")},
		{"resnet18/pin", resnet, append(reloading, "machine.isaac.chip.reload=pin")},
		{"resnet18/optimal", resnet, append(reloading, "machine.isaac.chip.reload=optimal")},
	} {
		b.Run(study.name, func(b *testing.B) {
			b.ReportAllocs()
			cfg, err := configs.Load(study.path, study.sets)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				runStudy(b, cfg)
			}
		})
	}
}
