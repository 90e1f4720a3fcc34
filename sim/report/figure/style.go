package figure

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"path/filepath"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"xbar/sim/report"
)

var (
	black  = color.RGBA{0, 0, 0, 255}
	grey   = color.RGBA{110, 110, 110, 255}
	faint  = color.RGBA{225, 225, 225, 255}
	blue   = color.RGBA{0, 114, 178, 255}
	orange = color.RGBA{230, 159, 0, 255}
	red    = color.RGBA{213, 94, 0, 255}
)

// categoryColours follow the order of the categories: Okabe and Ito's eight
// and two greys.
var categoryColours = []color.RGBA{
	{86, 180, 233, 255},  // input: sky blue
	{240, 228, 66, 255},  // cells: yellow
	blue,                 // output
	{0, 158, 115, 255},   // accumulate: bluish green
	{204, 121, 167, 255}, // buffer: reddish purple
	{190, 190, 190, 255}, // network
	red,                  // dram: vermillion
	orange,               // programming
	black,                // compute
	grey,                 // static
}

const dotsPerInch = 200

// drawing is a figure of a size.
type drawing struct {
	width, height vg.Length
	paint         func(draw.Canvas)
}

// save draws a figure of a size and writes it whole or not at all.
func save(path string, width, height vg.Length, paint func(draw.Canvas)) error {
	return drawing{width, height, paint}.save(path)
}

func (d drawing) save(path string) error {
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".svg":
		svg, err := d.svg()
		if err != nil {
			return err
		}
		return report.WriteFile(path, func(w io.Writer) error {
			_, err := w.Write(svg)
			return err
		})
	case ".png":
		canvas := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(d.width, d.height), vgimg.UseDPI(dotsPerInch))}
		d.paint(draw.New(canvas))
		return report.WriteFile(path, func(w io.Writer) error {
			_, err := canvas.WriteTo(w)
			return err
		})
	}
	return fmt.Errorf("figure: %q is neither .svg nor .png", path)
}

func (d drawing) svg() ([]byte, error) {
	canvas := vgsvg.New(d.width, d.height)
	d.paint(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, err
	}
	// Arial and Helvetica are as wide, for machines without the font.
	return bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif")), nil
}

func newPlot() *plot.Plot {
	p := plot.New()
	p.Title.TextStyle.Font = sans(8, true)
	p.Title.Padding = vg.Points(4)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = sans(7, false)
		axis.Label.Padding = vg.Points(2)
		axis.Tick.Label.Font = sans(6.5, false)
		axis.Tick.Length = vg.Points(3)
		axis.Padding = 0
	}
	return p
}

func sans(size float64, bold bool) font.Font {
	f := font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Points(size))
	if bold {
		f.Weight = xfont.WeightBold
	}
	return f
}

const captionHeight = vg.Length(11)

// over puts a caption below a drawing.
func (d drawing) over(caption string) drawing {
	if caption == "" {
		return d
	}
	return drawing{d.width, d.height + captionHeight, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		d.paint(drawCaption(c, caption))
	}}
}

// drawCaption writes which study a figure is of below it, and gives the rest.
func drawCaption(c draw.Canvas, caption string) draw.Canvas {
	if caption == "" {
		return c
	}
	style := text.Style{Color: grey, Font: sans(5.5, false), YAlign: draw.YBottom, Handler: plot.DefaultTextHandler}
	c.FillText(style, vg.Point{X: c.Min.X + 8, Y: c.Min.Y + 3}, caption)
	return draw.Crop(c, 0, 0, captionHeight, 0)
}
