package nonideal

import "math/rand/v2"

// Stream names a sequence of random numbers: a path of numbers, such as seed, chip,
// kernel, tile and effect. Streams of different paths are independent of each other.
type Stream struct{ high, low uint64 }

// NewStream is where the streams of one chip of a study begin.
func NewStream(seed, chip int64) Stream { return Stream{}.At(uint64(seed)).At(uint64(chip)) }

// At is a stream below this one.
func (s Stream) At(id uint64) Stream {
	return Stream{mix(s.high ^ mix(id)), mix(s.low + mix(id^golden))}
}

// Seed puts a source at the stream's beginning.
func (s Stream) Seed(source *rand.PCG) { source.Seed(s.high, s.low) }

func (s Stream) random() *rand.Rand { return rand.New(rand.NewPCG(s.high, s.low)) }

const golden = 0x9e3779b97f4a7c15

// mix is a step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func mix(x uint64) uint64 {
	x += golden
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// The effects, each of which draws from a stream of its own.
const (
	programmingStream = iota
	driftStream
	stuckStream
	readStream
	converterStream
	conversionStream
	driverStream
	rampStream
	loadStream
)

// Of is a source at the beginning of a stream below this one.
func (s Stream) Of(id uint64) *rand.Rand { return s.At(id).random() }

// Converter is the stream of the errors of one of an array's converters.
func (s Stream) Converter(unit int) Stream { return s.At(converterStream).At(uint64(unit)) }

// Ramp is the stream of what makes the ramp of all of an array's converters.
func (s Stream) Ramp() Stream { return s.At(rampStream) }

// Conversions is the stream of the noise of the conversions of one vector.
func (s Stream) Conversions(vector int64) Stream { return s.At(conversionStream).At(uint64(vector)) }

// Driver is the stream of the errors of the driver of one of an array's rows.
func (s Stream) Driver(row int) Stream { return s.At(driverStream).At(uint64(row)) }

// Loads is the stream of the noise of the row drivers for one vector.
func (s Stream) Loads(vector int64) Stream { return s.At(loadStream).At(uint64(vector)) }

// Reads is the stream of the noise of an array's reads of one vector.
func (s Stream) Reads(vector int64) Stream { return s.At(readStream).At(uint64(vector)) }
