package result

// Probe is what came of asking from outside, without credentials, for what a verdict says can or cannot be had.
type Probe struct {
	Outcome Proving `json:"outcome"`
	// Why says why nothing was sent, or why the answer decides nothing ("no_key_known", "not_found", ...).
	Why string `json:"why,omitempty"`
	// Request is the request as it was sent; empty where nothing was.
	Request string `json:"request,omitempty"`
	// Status and Code are the answer: HTTP status, and the service's own error code where it gave one. Detail is the
	// server's own words. Code and Detail are foreign text.
	Status int64  `json:"status,omitempty"`
	Code   string `json:"code,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Vantage is from where it was seen.
	Vantage Vantage `json:"vantage,omitzero"`
	// Agreement is how the answer stands to the verdict: "agrees", "disagrees", or "open" where it decides nothing.
	Agreement string `json:"agreement,omitempty"`
	// Because says why it disagrees or decides nothing, in English.
	Because string `json:"because,omitempty"`
}

// Vantage is from where an answer was seen: what decides verdicts that hang on an address or a network.
type Vantage struct {
	// Source is the local address of the connection, without port.
	Source string `json:"source,omitempty"`
	// Remote is the address that was asked, with port.
	Remote string `json:"remote,omitempty"`
	// Proxy is the proxy in between, without credentials.
	Proxy string `json:"proxy,omitempty"`
	// PrivateAnswer says that the name led to an address that is not on the internet.
	PrivateAnswer bool `json:"private_answer,omitempty"`
}
