"""What the departments that speak SOAP have in common: envelopes, contracts, dispatch, faults.

xml       bytes to trees and back: capped, free of DTDs; trees to plain values and back
text      a reply as text at once, as those trees would be written
forms     requests of a form known already, read without being parsed
lately    what was worked out lately, for the next who asks the same
wsdl      a contract as the server needs it: operations by body element, and one validator
envelope  SOAP 1.1 and 1.2: reading a request, writing a reply or a fault
inner     XML documents that travel as a string
published the contract as it is handed out
wsse      UsernameToken with digest, nonce and age
server    one endpoint: read, dispatch, check, act, reply
"""
