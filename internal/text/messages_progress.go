// What is said on standard error while a scan runs.

package text

// Keys of the progress line.
const (
	ProgressResources Key = 4000 + iota
	ProgressOf
	ProgressFindings
	ProgressCalls
	ProgressThrottled
	ProgressLeft
)

func progressMessages() map[Key]Message {
	return map[Key]Message{
		ProgressResources: {"read: {0}", "{0} 件読み取り"},
		ProgressOf:        {"read: {0} of {1}", "{1} 件中 {0} 件読み取り"},
		ProgressFindings:  {"findings: {0}", "検出 {0} 件"},
		ProgressCalls:     {"calls: {0}", "呼び出し {0} 回"},
		ProgressThrottled: {"throttled: {0}", "流量制限 {0} 回"},
		ProgressLeft:      {"about {0} left", "残り約 {0}"},
	}
}
