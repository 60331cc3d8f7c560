//! Whether enough servers of a cluster are there for the log: without a majority of its copies it
//! takes nothing, though the server that is left answers questions.

use std::time::Duration;

use async_nats::jetstream::stream::ClusterInfo;

/// A server that its leader has not heard for so long is not there. It is heard every second.
const NOT_HEARD: Duration = Duration::from_secs(3);

/// Reason why a log takes nothing, as its cluster says, if it takes nothing.
pub(super) fn lacks(cluster: &ClusterInfo) -> Option<String> {
    if cluster.leader.as_ref().is_none_or(String::is_empty) {
        return Some("the log has no leader among its servers: it stores nothing".to_owned());
    }
    // The leader names the others.
    let is_there = |active: Duration| active < NOT_HEARD;
    let there = 1 + cluster.replicas.iter().filter(|peer| is_there(peer.active)).count();
    let all = 1 + cluster.replicas.len();
    let needed = all / 2 + 1;
    (there < needed).then(|| {
        format!("{there} of the log's {all} servers is up: it stores nothing until {needed} are")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cluster as its server tells of it: its leader, and when it has heard the others.
    fn cluster(leader: Option<&str>, heard_ms: &[u64]) -> ClusterInfo {
        let replicas: Vec<_> = heard_ms
            .iter()
            .map(|ms| {
                let active = ms * 1_000_000;
                serde_json::json!({ "name": "n", "current": true, "active": active })
            })
            .collect();
        let told = serde_json::json!({ "name": "show", "leader": leader, "replicas": replicas });
        serde_json::from_value(told).unwrap()
    }

    #[test]
    fn a_log_needs_a_leader_and_most_of_its_servers() {
        for (leader, heard_ms, word) in [
            (Some("n1"), &[200_u64, 1_000][..], None),
            (Some("n1"), &[2_900, 60_000], None),
            (Some("n1"), &[3_100, 60_000], Some("1 of the log's 3 servers is up")),
            (Some("n1"), &[], None),
            (None, &[0, 0], Some("no leader")),
            (Some(""), &[0, 0], Some("no leader")),
        ] {
            let said = lacks(&cluster(leader, heard_ms));
            let is_said = |word: &str| said.as_ref().is_some_and(|said| said.contains(word));
            assert!(word.map_or(said.is_none(), is_said), "{leader:?} {heard_ms:?}: {said:?}");
        }
    }
}
