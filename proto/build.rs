//! Compiles the wire contract without a foreign compiler, so that cargo alone can build us.

use std::path::Path;

const FILES: [&str; 6] = [
    "xinqiao/release/v1/release.proto",
    "xinqiao/sync/v1/sync.proto",
    "xinqiao/directive/v1/directive.proto",
    "xinqiao/enrol/v1/enrol.proto",
    "xinqiao/stats/v1/stats.proto",
    "xinqiao/sealed/v1/sealed.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new("proto");
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(FILES, [folder])?;
    // The snapshot test compares these descriptors with the ones that were released.
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&out).join("contract.txt"), contract(&descriptors))?;
    tonic_prost_build::configure()
        .build_transport(false)
        .codec_path("crate::codec::LeanCodec")
        .compile_fds(descriptors)?;
    Ok(())
}

/// One line per message field, enum value and call: what must never change once it was released.
fn contract(descriptors: &protox::prost_reflect::prost_types::FileDescriptorSet) -> String {
    let mut lines = Vec::new();
    for file in &descriptors.file {
        let package = file.package();
        for message in &file.message_type {
            for field in &message.field {
                let (kind, label) = (field.r#type(), field.label());
                let (name, number) = (field.name(), field.number());
                let of = field.type_name();
                lines.push(format!(
                    "{package}.{}.{name} = {number} {label:?} {kind:?} {of}",
                    message.name()
                ));
            }
        }
        for set in &file.enum_type {
            for value in &set.value {
                lines.push(format!(
                    "{package}.{}.{} = {}",
                    set.name(),
                    value.name(),
                    value.number()
                ));
            }
        }
        for service in &file.service {
            for call in &service.method {
                let (from, to) = (call.input_type(), call.output_type());
                lines.push(format!("{package}.{}.{} {from} -> {to}", service.name(), call.name()));
            }
        }
    }
    lines.sort();
    lines.join("\n")
}
