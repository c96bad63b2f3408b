// The catalogue: keys that the compiler checks, and a sentence per key and language.

package text

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Key names one message. The constants beside each table are all the keys there are.
type Key int

// Message is one sentence in every language. {0}, {1}, ... stand for the arguments of Say, in any order; the
// sentences are worded so that no plural forms are needed.
type Message struct {
	EN, JA string
}

func (m Message) in(lang Lang) string {
	if lang == JA {
		return m.JA
	}
	return m.EN
}

// catalogue joins the tables of all areas. It is built once and never changed.
var catalogue = sync.OnceValue(func() map[Key]Message {
	out := map[Key]Message{}
	for _, table := range []map[Key]Message{reportMessages(), coverageMessages(), explainMessages(), progressMessages(), commandMessages(), outsideMessages()} {
		for key, message := range table {
			out[key] = message
		}
	}
	return out
})

// Say returns the message in the language with the arguments filled in. Arguments are put in as they are:
// foreign text has to be cleaned before.
func (l Lang) Say(key Key, args ...any) string {
	message, ok := catalogue()[key]
	if !ok {
		return fmt.Sprintf("message %d", int(key))
	}
	return fill(message.in(l), args)
}

// fill replaces {0}, {1}, ... once; braces in arguments stay what they are.
func fill(pattern string, args []any) string {
	if len(args) == 0 {
		return pattern
	}
	var b strings.Builder
	for pattern != "" {
		open := strings.IndexByte(pattern, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(pattern[open:], '}')
		if end < 0 {
			break
		}
		end += open
		n, err := strconv.Atoi(pattern[open+1 : end])
		b.WriteString(pattern[:open])
		if err != nil || n < 0 || n >= len(args) {
			b.WriteString(pattern[open : end+1])
		} else {
			fmt.Fprint(&b, args[n])
		}
		pattern = pattern[end+1:]
	}
	b.WriteString(pattern)
	return b.String()
}
