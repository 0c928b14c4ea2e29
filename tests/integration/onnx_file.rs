//! Writes ONNX files: just enough protobuf for graphs that no tool would create.

/// The encoded fields of a message.
#[derive(Clone, Default)]
pub struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.0.push(value.to_le_bytes()[0]);
    }

    /// Adds an integer field.
    #[must_use]
    pub fn number(mut self, field: u64, value: i64) -> Self {
        self.varint(field << 3);
        self.varint(value.cast_unsigned());
        self
    }

    /// Adds a field with bytes, a text or a message.
    #[must_use]
    pub fn bytes(mut self, field: u64, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }
}

impl AsRef<[u8]> for Message {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// A node with one output.
pub fn node(operator: &str, inputs: &[&str], output: &str) -> Message {
    let inputs = inputs
        .iter()
        .fold(Message::default(), |node, it| node.bytes(1, it));
    inputs.bytes(2, output).bytes(4, operator)
}

/// A constant vector of integers.
pub fn constant(name: &str, values: &[i64]) -> Message {
    let raw: Vec<u8> = values.iter().flat_map(|it| it.to_le_bytes()).collect();
    let length = i64::try_from(values.len()).unwrap();
    Message::default()
        .number(1, length)
        .number(2, INT64)
        .bytes(8, name)
        .bytes(9, raw)
}

/// The type of an input or output: rows of this many floats.
fn rows_of(name: &str, columns: i64) -> Message {
    let shape = Message::default()
        .bytes(1, Message::default().bytes(2, "rows"))
        .bytes(1, Message::default().number(1, columns));
    let tensor = Message::default().number(1, FLOAT).bytes(2, shape);
    let kind = Message::default().bytes(1, tensor);
    Message::default().bytes(1, name).bytes(2, kind)
}

/// A model with these nodes from `input` to `output`, and the metadata of another model file.
pub fn model(like: &[u8], columns: i64, nodes: &[Message], constants: &[Message]) -> Vec<u8> {
    let mut graph = Message::default().bytes(2, "hostile");
    for node in nodes {
        graph = graph.bytes(1, node);
    }
    for constant in constants {
        graph = graph.bytes(5, constant);
    }
    let graph = graph
        .bytes(11, rows_of("input", columns))
        .bytes(12, rows_of("output", 1));
    let mut model = Message::default()
        .number(1, 8)
        .bytes(7, graph)
        .bytes(8, Message::default().number(2, 13));
    for entry in metadata(like) {
        model = model.bytes(14, entry);
    }
    model.0
}

/// The entries of `metadata_props`.
fn metadata(mut file: &[u8]) -> Vec<&[u8]> {
    let mut entries = Vec::new();
    while !file.is_empty() {
        let tag = read_varint(&mut file);
        let value = read_varint(&mut file);
        if tag & 7 == 2 {
            let (bytes, rest) = file.split_at(usize::try_from(value).unwrap());
            file = rest;
            if tag >> 3 == 14 {
                entries.push(bytes);
            }
        }
    }
    entries
}

fn read_varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            break;
        }
    }
    value
}
