//! The type of a body or query, kept as a value: what the OpenAPI document needs of it.
//!
//! Describing types is for the machine that builds the document. What runs at the edge and in the
//! browser is compiled without the feature `schema`, and a [`Shape`] is an empty value there.

/// What can be described: every type without the feature `schema`, those with a schema with it.
#[cfg(not(feature = "schema"))]
pub trait Described {}

#[cfg(not(feature = "schema"))]
impl<T: ?Sized> Described for T {}

#[cfg(feature = "schema")]
pub use schemars::JsonSchema as Described;

/// The type of a body or query.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Describes it, as a reference to the generator's definitions.
    #[cfg(feature = "schema")]
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

impl Shape {
    /// The shape of a type.
    pub const fn of<T: Described>() -> Self {
        Self {
            #[cfg(feature = "schema")]
            schema: |generator| generator.subschema_for::<T>(),
        }
    }
}

impl core::fmt::Debug for Shape {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Shape")
    }
}
