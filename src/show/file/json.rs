//! A TOML value as JSON text, its keys in the order of the file, so that what is sent can be
//! foreseen.

use toml::de::DeValue;

use super::value::Value;

/// Maximum depth of nested lists and tables.
const DEPTH_MAX: usize = 32;

/// The JSON text of `value`, of `bytes_max` at most; an error where JSON has no word for what it
/// holds.
pub(crate) fn text(value: &Value<'_>, bytes_max: usize) -> Option<String> {
    let mut json = String::new();
    write(value, DEPTH_MAX, &mut json)?;
    if json.len() > bytes_max {
        value.fault(
            format!("this JSON has {} bytes", json.len()),
            format!("shorten it to {bytes_max} bytes at most"),
        );
        return None;
    }
    Some(json)
}

fn write(value: &Value<'_>, depth_left: usize, json: &mut String) -> Option<()> {
    let Some(depth_left) = depth_left.checked_sub(1) else {
        value.fault("JSON nested too deep", format!("nest at most {DEPTH_MAX} lists and tables"));
        return None;
    };
    match value.value {
        DeValue::String(text) => json.push_str(&quote(text)),
        DeValue::Integer(_) => {
            json.push_str(&value.integer::<i64>(i64::MIN..=i64::MAX)?.to_string())
        }
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(serde_json::Number::from_f64);
            if number.is_none() {
                value.fault(
                    "JSON has no infinite numbers and no \"nan\"",
                    "write a finite number, or text",
                );
            }
            json.push_str(&number?.to_string());
        }
        DeValue::Boolean(yes) => json.push_str(if *yes { "true" } else { "false" }),
        DeValue::Datetime(moment) => json.push_str(&quote(&moment.to_string())),
        DeValue::Array(_) => {
            let items = value.list("[]")?;
            between(json, ['[', ']'], &items, |item, json| write(item, depth_left, json))?;
        }
        DeValue::Table(_) => {
            let entries = value.fields("JSON")?.entries();
            between(json, ['{', '}'], &entries, |(key, value), json| {
                json.push_str(&quote(key.text));
                json.push(':');
                write(value, depth_left, json)
            })?;
        }
    }
    Some(())
}

/// Writes all items, even if one cannot be written, so that the faults of the others are found too.
fn between<T>(
    json: &mut String,
    brackets: [char; 2],
    items: &[T],
    mut write: impl FnMut(&T, &mut String) -> Option<()>,
) -> Option<()> {
    let mut all = Some(());
    json.push(brackets[0]);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        all = write(item, json).and(all);
    }
    json.push(brackets[1]);
    all
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
