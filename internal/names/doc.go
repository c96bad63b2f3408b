// Package names says what kind of things object keys name: identity documents, résumés, database dumps, backups,
// keys and so on, in English and Japanese. It looks at the name alone, never at content, and counts; whoever wants
// to know what lies in an open bucket gets categories and a few samples, which can be redacted.
//
// A name is evidence, not proof: "passport.jpg" may be a stock photo. The categories therefore ask for a name that
// is hard to have for another reason (a whole word, and for documents about people an extension that documents
// have), since a false alarm costs attention and a missed word costs one category of many.
package names

// Category is a kind of content that a name points to.
type Category string

// The categories, in the order in which results list them: by what their loss does to people, then to systems.
const (
	Identity  Category = "identity"  // passports, licences, residence and insurance cards, individual numbers
	Medical   Category = "medical"   // records, prescriptions, test results
	Resume    Category = "resume"    // résumés and application papers
	Financial Category = "financial" // bank, card, payroll and tax papers
	Personal  Category = "personal"  // lists of customers, members, staff, addresses
	Contract  Category = "contract"  // contracts, agreements, confidential papers
	Secret    Category = "secret"    // private keys, credentials, configuration with passwords
	Export    Category = "export"    // database dumps and exports
	Backup    Category = "backup"    // backups and disk images
	Recording Category = "recording" // call, camera and meeting recordings
)

// Categories lists all categories in reporting order.
func Categories() []Category {
	return []Category{Identity, Medical, Resume, Financial, Personal, Contract, Secret, Export, Backup, Recording}
}
