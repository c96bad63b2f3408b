package signedlink

import (
	"fmt"
	"strings"
	"testing"
)

// The work is linear in the input, whatever it is: counted in bytes gone over, which no load on the machine changes.
func TestWorkIsLinear(t *testing.T) {
	sas := "sv=2022-11-02&se=2030-01-01&sr=b&sp=r&sig=" + aSig
	units := map[string]string{
		"links":                       "https://b.s3.amazonaws.com/k?" + aQuery + "\n",
		"links in one word":           "https://b.s3.amazonaws.com/k?" + aQuery + ",",
		"links in one another":        "https://b.s3.amazonaws.com/k?" + aQuery + "&u=",
		"signatures in one word":      "sig=" + aSig + "&",
		"signatures and versions":     sas + "&",
		"versions without signatures": "sv=2022-11-02&se=2030-01-01&sr=b&sp=r&sig=x&",
		"addresses":                   "https://",
		"addresses and signatures":    "https://a/?sv=1&sig=" + aSig,
		"percent":                     "%253Fsv%253D1%2526sig%253D" + aSig,
		"percent of percent":          "%2525252525sv%25252525253D1%252526sig%25252525253D",
		"backslashes":                 `\\\\\\sv=1\\\\u0026sig\\\\u003d`,
		"references":                  "&amp;amp;amp;sv=1&amp;amp;sig&#61;",
		"wrapped":                     "sv=1&sig=\n",
		"wrapped link bytes":          strings.Repeat("a", 60) + "&sv=1&sig=" + strings.Repeat("b", 40) + "\n",
		"soft breaks":                 "sv=3D1&sig=3D=\n",
		"literals":                    `sv=1&sig=" + "`,
		"one letter a line":           "s\ni\ng\n=\nsv\n",
		"almost":                      "signature=1&X-Amz-Date=2&",
		"policies":                    "https://d/?Policy=" + strings.Repeat("e", 400) + "&Signature=" + strings.Repeat("f", 344) + "&Key-Pair-Id=K1&",
		"commands":                    "curl -X PUT -T f '" + "https://b.s3.amazonaws.com/k?" + aQuery + "'; ",
		"wide":                        utf16Bytes("https://a/?sv=1&sig="+aSig+"&", false, false),
		"wide without end":            utf16Bytes("sv=1&sig=", false, false),
		"cookies":                     "CloudFront-Signature=" + strings.Repeat("a", 344) + "; CloudFront-Policy=eyJ; ",
	}
	work := func(unit string, size int, all bool) int64 {
		var n int64
		d := New(embedded(t))
		d.steps = &n
		d.ScanBytes(repeated(unit, size), Options{All: all, EveryOccurrence: true})
		return n
	}
	const small, times, mostPerByte = 96 << 10, 4, 100
	for name, unit := range units {
		for _, all := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/all=%v", name, all), func(t *testing.T) {
				one, four := work(unit, small, all), work(unit, times*small, all)
				// A region more or less at the ends is no growth.
				if four > one*times*5/4+64*reach {
					t.Errorf("%d bytes gone over for %d, %d for %d", one, small, four, times*small)
				}
				if four > mostPerByte*times*small {
					t.Errorf("each byte is gone over %d times", four/(times*small))
				}
				t.Logf("each byte %d times", four/(times*small))
			})
		}
	}
}
