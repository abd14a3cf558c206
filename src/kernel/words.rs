//! Enumerations whose members have a name on the wire and in the database.

/// The name that a member has on the wire; empty for what is no word there.
pub fn word(value: impl serde::Serialize) -> String {
    serde_json::json!(value).as_str().unwrap_or_default().to_owned()
}

/// Declares one: `words! { /// Doc. pub enum State { Ready = "ready", Done = "done" } }`.
///
/// Gives `ALL`, `as_str`, `parse`, `Display`, serde's two traits by that name, and its OpenAPI schema.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident $(as $shape:literal)? { $($(#[$inner:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$inner])* $variant),* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($text),*]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                #[allow(unused_mut, reason = "only a few have a name of their own in the API")]
                let mut name = stringify!($name);
                $(name = $shape;)?
                std::borrow::Cow::Borrowed(name)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                $name::parse(&text).ok_or_else(|| {
                    let known: Vec<_> = $name::ALL.iter().map(|word| word.as_str()).collect();
                    serde::de::Error::custom(format!("{text:?} is none of {}", known.join(", ")))
                })
            }
        }
    };
}
