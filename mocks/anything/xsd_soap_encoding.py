"""Schemas that contracts import without saying where they are, as far as a mock needs them."""

SOAP_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
XML = "http://www.w3.org/XML/1998/namespace"

_SIMPLE = (
    "string", "boolean", "decimal", "float", "double", "int", "long", "short", "byte", "integer",
    "date", "dateTime", "time", "anyURI", "base64Binary",
)  # fmt: skip
_TYPES = "".join(
    f'<xs:complexType name="{name}"><xs:simpleContent><xs:extension base="xs:{name}">'
    '<xs:attributeGroup ref="e:common"/></xs:extension></xs:simpleContent></xs:complexType>'
    for name in _SIMPLE
)
_ENCODING = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:e="{SOAP_ENCODING}"
  targetNamespace="{SOAP_ENCODING}">
  <xs:attribute name="arrayType" type="xs:string"/>
  <xs:attribute name="offset" type="xs:string"/>
  <xs:attribute name="position" type="xs:string"/>
  <xs:attributeGroup name="common">
    <xs:attribute name="id" type="xs:ID"/><xs:attribute name="href" type="xs:anyURI"/>
    <xs:anyAttribute namespace="##other" processContents="lax"/>
  </xs:attributeGroup>
  <xs:complexType name="Array">
    <xs:sequence>
      <xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
    </xs:sequence>
    <xs:attribute ref="e:arrayType"/><xs:attribute ref="e:offset"/>
    <xs:attributeGroup ref="e:common"/>
  </xs:complexType>
  <xs:element name="Array" type="e:Array"/>
  {_TYPES}
</xs:schema>"""
_XML = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{XML}">
  <xs:attribute name="lang" type="xs:string"/>
  <xs:attribute name="space"><xs:simpleType><xs:restriction base="xs:NCName">
    <xs:enumeration value="default"/><xs:enumeration value="preserve"/>
  </xs:restriction></xs:simpleType></xs:attribute>
  <xs:attribute name="base" type="xs:anyURI"/>
  <xs:attribute name="id" type="xs:ID"/>
</xs:schema>"""
KNOWN: dict[str, bytes] = {SOAP_ENCODING: _ENCODING.encode(), XML: _XML.encode()}
