//! Zones, regions and sites, as providers name them.

use crate::source::Span;
use crate::words::Id;

/// Where something is, as far as it is stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// Zones, each once, in the order in which they are stated.
    pub(super) zones: Vec<Spot>,
    /// The region, or the site where a provider has sites.
    pub(super) region: Option<Spot>,
}

/// A domain, what it is in, and where that is stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) id: Id,
    pub(super) within: Option<Id>,
    pub(super) provider: Option<&'static str>,
    pub(super) span: Span,
}

impl Places {
    /// Adds what another resource that this one stands in says.
    pub(super) fn join(&mut self, other: &Self) {
        for zone in &other.zones {
            if self.zones.iter().all(|known| known.id != zone.id) {
                self.zones.push(zone.clone());
            }
        }
        if self.region.is_none() {
            self.region.clone_from(&other.region);
        }
    }

    /// The region: stated, or that of the zones if they share one.
    pub(super) fn wider(&self) -> Option<Spot> {
        if let Some(region) = &self.region {
            return Some(region.clone());
        }
        let first = self.zones.first()?;
        let id = first.within.clone()?;
        let shared = self
            .zones
            .iter()
            .all(|zone| zone.within.as_ref() == Some(&id));
        shared.then_some(Spot {
            id,
            within: None,
            provider: first.provider,
            span: first.span,
        })
    }
}

/// A zone of a provider. `None` if the text is none. `region`: where the resource says it is.
pub(super) fn zone(
    provider: Option<&'static str>,
    text: &str,
    region: Option<&Spot>,
    span: Span,
) -> Option<Spot> {
    let text = last(text);
    if !is_name(text) {
        return None;
    }
    let stated = region.map(|spot| spot.id.clone());
    let of_name = |cut: Option<&str>| cut.map(|region| Id::new("region", region));
    let (name, within) = match provider? {
        // A number within the location; `""` and `No-Zone` are none.
        "azure" => {
            let region = stated.filter(|id| id.kind() == "region")?;
            if !text.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            (format!("{}-{text}", region.name()), Some(region))
        }
        "aws" => {
            let own = aws_region(text);
            // A region where a zone should be is no zone.
            if own == Some(text) {
                return None;
            }
            (text.to_owned(), of_name(own).or(stated))
        }
        "google" => {
            let (own, letter) = text.rsplit_once('-')?;
            // `us-central1` is a region.
            if letter.len() != 1 {
                return None;
            }
            (text.to_owned(), of_name(Some(own)).or(stated))
        }
        "hetzner" => {
            let own = text.split_once('-').map(|(site, _)| Id::new("site", site));
            (text.to_owned(), own.or(stated))
        }
        _ => (text.to_owned(), stated),
    };
    Some(Spot {
        id: Id::new("zone", &name),
        within,
        provider,
        span,
    })
}

/// Whether an attribute of a data source lists zones.
pub(super) fn lists_zones(resource: &str, attribute: &str) -> bool {
    const SOURCES: [&str; 3] = [
        "data.aws_availability_zones.",
        "data.google_compute_zones.",
        "data.openstack_compute_availability_zones_v2.",
    ];
    SOURCES.iter().any(|start| resource.starts_with(start))
        && matches!(attribute, "names" | "zone_ids")
}

/// The zone that stands at a place of such a list. What it is called nobody knows before a run;
/// that it is another one than the next is certain.
pub(super) fn zone_listed(
    provider: Option<&'static str>,
    resource: &str,
    attribute: &str,
    region: Option<&Spot>,
    span: Span,
) -> Option<Spot> {
    let (list, number) = attribute.rsplit_once('.')?;
    if !lists_zones(resource, list) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let within = region.map(|spot| spot.id.clone());
    let of = within.as_ref().map_or(resource, Id::name);
    Some(Spot {
        id: Id::new("zone", &format!("{of}[{number}]")),
        within,
        provider,
        span,
    })
}

/// A region of a provider; a site where it has those. `None` if the text is none.
pub(super) fn region(provider: Option<&'static str>, text: &str, span: Span) -> Option<Spot> {
    let text = last(text);
    if !is_name(text) && provider != Some("azure") {
        return None;
    }
    let spot = |id: Id, within| {
        Some(Spot {
            id,
            within,
            provider,
            span,
        })
    };
    match provider? {
        // `West Europe` is `westeurope`.
        "azure" => {
            let name: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
            let name = name.to_lowercase();
            if name.is_empty() || name == "global" {
                return None;
            }
            spot(Id::new("region", &name), None)
        }
        "hetzner" => spot(Id::new("site", text), None),
        // The location of a zonal cluster is a zone.
        "google"
            if text
                .rsplit_once('-')
                .is_some_and(|(_, letter)| letter.len() == 1) =>
        {
            zone(provider, text, None, span)
        }
        _ => spot(Id::new("region", &text.to_lowercase()), None),
    }
}

/// The region that an ARN names: `arn:aws:sqs:eu-west-1:123456789012:orders`.
pub(super) fn of_arn(text: &str) -> Option<&str> {
    let mut parts = text.split(':');
    let is_arn = parts.next() == Some("arn");
    let region = parts.nth(2)?;
    (is_arn && aws_region(region) == Some(region)).then_some(region)
}

/// The region at the beginning of an AWS name: `us-gov-west-1` of `us-gov-west-1b`.
fn aws_region(text: &str) -> Option<&str> {
    let mut at = 0;
    for (number, part) in text.split('-').enumerate() {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if number >= 2 && digits > 0 {
            return text.get(..at + digits);
        }
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        at += part.len() + 1;
    }
    None
}

/// Google names things by links: `.../zones/us-central1-a`.
fn last(text: &str) -> &str {
    let text = text.trim();
    text.rsplit('/').next().unwrap_or(text)
}

fn is_name(text: &str) -> bool {
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=100).contains(&text.len()) && text.chars().all(letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn at() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    fn zone_of(
        provider: &'static str,
        text: &str,
        within: Option<&str>,
    ) -> Option<(String, String)> {
        let within = within.and_then(|text| region(Some(provider), text, at()));
        let spot = zone(Some(provider), text, within.as_ref(), at())?;
        let region = spot.within.map(|id| id.to_string()).unwrap_or_default();
        Some((spot.id.to_string(), region))
    }

    #[test]
    fn zones_say_their_region() {
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(
            zone_of("aws", "eu-west-3c", None),
            pair("zone:eu-west-3c", "region:eu-west-3")
        );
        assert_eq!(
            zone_of("aws", "us-gov-west-1b", None),
            pair("zone:us-gov-west-1b", "region:us-gov-west-1")
        );
        assert_eq!(
            zone_of("aws", "us-west-2-lax-1a", None),
            pair("zone:us-west-2-lax-1a", "region:us-west-2")
        );
        assert_eq!(zone_of("aws", "eu-west-3", None), None);
        assert_eq!(
            zone_of("google", "https://x/zones/us-central1-a", None),
            pair("zone:us-central1-a", "region:us-central1")
        );
        assert_eq!(
            zone_of("azure", "2", Some("West Europe")),
            pair("zone:westeurope-2", "region:westeurope")
        );
        assert_eq!(zone_of("azure", "2", None), None);
        assert_eq!(
            zone_of("hetzner", "fsn1-dc14", None),
            pair("zone:fsn1-dc14", "site:fsn1")
        );
        assert_eq!(
            zone_of("openstack", "nova", Some("GRA7")),
            pair("zone:nova", "region:gra7")
        );
        let zonal = region(Some("google"), "europe-west1-b", at()).unwrap();
        assert_eq!(zonal.id.as_str(), "zone:europe-west1-b");
        assert_eq!(of_arn("arn:aws:sqs:eu-west-1:1:q"), Some("eu-west-1"));
        assert_eq!(of_arn("arn:aws:s3:::bucket"), None);
    }
}
