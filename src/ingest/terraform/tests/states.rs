//! States and plans.

use super::{aliases, copies, ids, needs_of, told, unread};

#[test]
fn version_4_has_values_that_name_each_other() {
    let facts = told(&[(
        "s/terraform.tfstate",
        r#"{"version": 4, "terraform_version": "1.5.0", "serial": 3, "lineage": "l", "resources": [
        {"mode": "managed", "type": "aws_subnet", "name": "a", "instances": [
          {"index_key": 0, "attributes": {"id": "subnet-0aaaaaaa", "availability_zone": "eu-west-1a"}},
          {"index_key": 1, "attributes": {"id": "subnet-0bbbbbbb", "availability_zone": "eu-west-1b"}}]},
        {"mode": "managed", "type": "aws_instance", "name": "web", "instances": [
          {"index_key": "blue", "attributes": {"id": "i-0aaaaaaaa", "subnet_id": "subnet-0aaaaaaa", "private_ip": "10.0.0.7",
             "private_dns": "ip-10-0-0-7.eu-west-1.compute.internal", "tags": {"Name": "web-blue"}},
             "dependencies": ["aws_db_instance.db", "aws_subnet.a", "aws_iam_role.gone", "aws_instance.zero"]},
          {"index_key": "old", "deposed": "abc", "attributes": {"id": "i-0old"}}]},
        {"mode": "managed", "type": "aws_db_instance", "name": "db", "instances": [
          {"attributes": {"id": "db-ABCDEF", "identifier": "orders", "availability_zone": "eu-west-1a", "multi_az": true,
             "address": "orders.abc.eu-west-1.rds.amazonaws.com", "arn": "arn:aws:rds:eu-west-1:1:db:orders", "password": "hunter22"},
           "sensitive_attributes": [[{"type": "get_attr", "value": "password"}]]}]},
        {"mode": "managed", "type": "aws_lambda_function", "name": "f", "instances": [
          {"attributes": {"function_name": "f", "arn": "arn:aws:lambda:eu-west-1:1:function:f",
             "environment": [{"variables": {"DB_HOST": "orders.abc.eu-west-1.rds.amazonaws.com", "LOG_LEVEL": "info"}}]}}]}]}"#,
    )]);
    assert_eq!(needs_of(&facts, "host:web-blue"), ["on zone:eu-west-1a"]);
    assert_eq!(needs_of(&facts, "service:f"), ["hard store:orders"]);
    // Nothing says what for: assumed.
    assert_eq!(needs_of(&facts, "service:web-blue"), ["hard store:orders"]);
    assert_eq!(
        copies(&facts, "store:orders"),
        [
            "1 on zone:eu-west-1a",
            "1 on region:eu-west-1, after 120, sync"
        ]
    );
    let names = aliases(&facts);
    for alias in [
        "orders.abc.eu-west-1.rds.amazonaws.com → store:orders",
        "10.0.0.7 → service:web-blue",
        "host:ip-10-0-0-7.eu-west-1.compute.internal → host:web-blue",
        "aws_instance.web[\"blue\"] → service:web-blue",
    ] {
        assert!(names.contains(&alias.to_owned()), "{alias}\n{names:?}");
    }
    assert!(!format!("{facts:?}").contains("hunter22"));
}

#[test]
fn version_3_has_flat_attributes() {
    let facts = told(&[(
        "s/terraform.tfstate",
        r#"{"version": 3, "terraform_version": "0.11.14", "serial": 1, "lineage": "l", "modules": [
        {"path": ["root"], "outputs": {}, "resources": {
          "aws_instance.web.0": {"type": "aws_instance", "depends_on": [], "primary": {"id": "i-1",
            "attributes": {"availability_zone": "eu-west-1a", "tags.%": "1", "tags.Name": "web"}}}}},
        {"path": ["root", "cache"], "outputs": {}, "resources": {
          "aws_elasticache_cluster.c": {"type": "aws_elasticache_cluster", "depends_on": ["aws_subnet.x"], "primary": {"id": "c",
            "attributes": {"cluster_id": "sessions", "availability_zone": "eu-west-1b", "num_cache_nodes": "1",
              "cache_nodes.#": "1", "cache_nodes.0.address": "sessions.abc.cache.amazonaws.com"}}}}}]}"#,
    )]);
    assert_eq!(needs_of(&facts, "host:web"), ["on zone:eu-west-1a"]);
    assert_eq!(copies(&facts, "store:sessions"), ["1 on zone:eu-west-1b"]);
    assert!(
        aliases(&facts).contains(&"sessions.abc.cache.amazonaws.com → store:sessions".to_owned())
    );
    assert!(
        aliases(&facts)
            .contains(&"module.cache.aws_elasticache_cluster.c → store:sessions".to_owned())
    );
}

const PLAN: &str = r#"{"format_version": "1.2", "terraform_version": "1.6.0",
    "variables": {"region": {"value": "eu-west-1"}},
    "planned_values": {"root_module": {
      "resources": [
        {"address": "aws_lambda_function.f", "mode": "managed", "type": "aws_lambda_function", "name": "f",
         "values": {"function_name": "f", "environment": [{}]}, "sensitive_values": {"environment": [{"variables": true}]}}],
      "child_modules": [{"address": "module.db", "resources": [
        {"address": "module.db.aws_db_instance.this[0]", "mode": "managed", "type": "aws_db_instance", "name": "this", "index": 0,
         "values": {"identifier": "orders", "multi_az": false, "password": "hunter22"}, "sensitive_values": {"password": true}}]}]}},
    "configuration": {
      "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"references": ["var.region"]}}}},
      "root_module": {
        "resources": [{"address": "aws_lambda_function.f", "mode": "managed", "type": "aws_lambda_function", "name": "f",
          "provider_config_key": "aws",
          "expressions": {"environment": [{"variables": {"references": ["module.db.host", "module.db"]}}]}}],
        "module_calls": {"db": {"source": "./db", "expressions": {"net": {"references": ["aws_vpc.v.id", "aws_vpc.v"]}},
          "module": {"outputs": {"host": {"expression": {"references": ["aws_db_instance.this[0].address", "aws_db_instance.this[0]", "aws_db_instance.this"]}}},
            "resources": [{"address": "aws_db_instance.this", "mode": "managed", "type": "aws_db_instance", "name": "this",
              "provider_config_key": "module.db:aws", "expressions": {"identifier": {"constant_value": "orders"}}}]}}}}}}"#;

#[test]
fn plans_say_by_which_attribute_resources_refer() {
    let facts = told(&[("p/plan.json", PLAN)]);
    assert_eq!(needs_of(&facts, "service:f"), ["hard store:orders"]);
    assert_eq!(copies(&facts, "service:f"), ["1 on region:eu-west-1"]);
    assert_eq!(copies(&facts, "store:orders"), ["1 unplaced"]);
    assert!(!format!("{facts:?}").contains("hunter22"));
}

#[test]
fn a_plan_and_the_state_beside_it_are_one() {
    let state = r#"{"format_version": "1.0", "terraform_version": "1.6.0", "values": {"root_module": {"child_modules": [
        {"address": "module.db", "resources": [{"address": "module.db.aws_db_instance.this[0]", "mode": "managed",
          "type": "aws_db_instance", "name": "this", "index": 0, "values": {"identifier": "orders", "id": "db-1234567",
          "availability_zone": "eu-west-1c", "address": "orders.x.eu-west-1.rds.amazonaws.com"}}]}]}}}"#;
    let facts = told(&[("p/plan.json", PLAN), ("p/show.json", state)]);
    assert_eq!(ids(&facts), ["service:f", "store:orders"]);
    assert_eq!(copies(&facts, "store:orders"), ["1 on zone:eu-west-1c"]);
    assert_eq!(
        unread(&facts),
        ["tells of the same resources as p/plan.json, which is used"]
    );
}

#[test]
fn copies_of_a_state_count_once_and_the_newest_does() {
    let state = |serial: u32, zone: &str| {
        format!(
            r#"{{"version": 4, "terraform_version": "1.5.0", "serial": {serial}, "lineage": "same", "resources": [
            {{"mode": "managed", "type": "aws_instance", "name": "a", "instances": [
              {{"attributes": {{"id": "i-0123456", "availability_zone": "{zone}", "tags": {{"Name": "a"}}}}}}]}}]}}"#
        )
    };
    let (old, new) = (state(3, "eu-west-1a"), state(4, "eu-west-1b"));
    let facts = told(&[
        ("a/old.tfstate", &old),
        ("b/new.tfstate", &new),
        ("b/new.tfstate.backup", &old),
    ]);
    assert_eq!(needs_of(&facts, "host:a"), ["on zone:eu-west-1b"]);
    let copies = unread(&facts);
    assert_eq!(copies.len(), 2, "{copies:?}");
    assert!(
        copies
            .iter()
            .all(|why| *why == "another copy of the state in b/new.tfstate, which is used")
    );
}

#[test]
fn states_that_are_not_read_are_said_once() {
    for (text, part) in [
        (
            r#"{"version": 2, "terraform_version": "0.6", "serial": 1}"#,
            "before 3",
        ),
        (
            r#"{"version": 9, "terraform_version": "9.0", "serial": 1}"#,
            "not known here",
        ),
        (
            r#"{"serial": 1, "lineage": "l", "encrypted_data": "x", "encryption_version": "v0"}"#,
            "encrypted by OpenTofu",
        ),
        (
            r#"{"version": "four", "resources": []}"#,
            "without a version",
        ),
    ] {
        let facts = told(&[("s/terraform.tfstate", text)]);
        assert_eq!(facts.unread.len(), 1, "{text}");
        assert!(unread(&facts)[0].contains(part), "{:?}", facts.unread);
    }
    // What `terraform init` keeps for itself says nothing.
    let own = r#"{"version": 3, "terraform_version": "1.5.0", "serial": 1, "lineage": "l", "backend": {"type": "s3"}}"#;
    assert!(
        told(&[("s/.terraform/terraform.tfstate", own)])
            .unread
            .is_empty()
    );
}

#[test]
fn a_volume_of_one_machine_of_several_is_needed_by_its_replica_alone() {
    let facts = told(&[(
        "terraform.tfstate",
        r#"{"version": 4, "terraform_version": "1.6.2", "serial": 1, "lineage": "l", "resources": [
        {"mode": "managed", "type": "openstack_compute_instance_v2", "name": "w", "instances": [
          {"index_key": 0, "attributes": {"id": "u-one", "name": "w-1"}},
          {"index_key": 1, "attributes": {"id": "u-two", "name": "w-2"}}]},
        {"mode": "managed", "type": "openstack_blockstorage_volume_v3", "name": "v", "instances": [
          {"index_key": 0, "attributes": {"id": "v-one", "name": "data"}},
          {"index_key": 1, "attributes": {"id": "v-two", "name": "shared"}}]},
        {"mode": "managed", "type": "openstack_compute_volume_attach_v2", "name": "a", "instances": [
          {"index_key": 0, "attributes": {"id": "1", "instance_id": "u-one", "volume_id": "v-one"}},
          {"index_key": 1, "attributes": {"id": "2", "instance_id": "u-one", "volume_id": "v-two"}},
          {"index_key": 2, "attributes": {"id": "3", "instance_id": "u-two", "volume_id": "v-two"}}]}]}"#,
    )]);
    assert_eq!(needs_of(&facts, "service:w"), ["hard store:shared"]);
    let own: Vec<usize> = facts
        .replicas
        .iter()
        .filter(|fact| fact.of.text == "service:w")
        .map(|fact| fact.requires.len())
        .collect();
    assert_eq!(own, [1, 0]);
}

#[test]
fn zones_have_the_ids_that_are_stated_beside_their_names() {
    let facts = told(&[(
        "terraform.tfstate",
        r#"{"version": 4, "terraform_version": "1.6.2", "serial": 1, "lineage": "l", "resources": [
        {"mode": "data", "type": "aws_availability_zones", "name": "all", "instances": [
          {"attributes": {"id": "us-east-1", "names": ["us-east-1a", "us-east-1b"], "zone_ids": ["use1-az4", "use1-az6"]}}]},
        {"mode": "managed", "type": "aws_subnet", "name": "c", "instances": [
          {"attributes": {"id": "subnet-c", "availability_zone": "us-east-1c", "availability_zone_id": "use1-az2"}}]},
        {"mode": "managed", "type": "aws_instance", "name": "w", "instances": [
          {"index_key": "x", "attributes": {"id": "i-one111", "availability_zone": "us-east-1a"}},
          {"index_key": "y", "attributes": {"id": "i-two222", "subnet_id": "subnet-c"}}]}]}"#,
    )]);
    let zones: Vec<String> = aliases(&facts)
        .into_iter()
        .filter(|alias| alias.starts_with("zone:"))
        .collect();
    // Nothing stands in the zone `us-east-1b`.
    assert_eq!(
        zones,
        [
            "zone:use1-az2 → zone:us-east-1c",
            "zone:use1-az4 → zone:us-east-1a"
        ]
    );
}

#[test]
fn a_plan_in_a_form_that_nobody_knows_is_said_and_not_guessed() {
    let plan = |version: &str| {
        let text = format!(
            r#"{{"format_version": "{version}", "planned_values": {{"root_module": {{"resources": [
            {{"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q",
              "values": {{"name": "q"}}}}]}}}}}}"#
        );
        told(&[("plan.json", &text)])
    };
    for known in ["0.1", "1.2"] {
        assert_eq!(plan(known).nodes.len(), 1, "{known}");
    }
    let facts = plan("2.0");
    assert!(facts.nodes.is_empty());
    assert!(unread(&facts)[0].contains("`format_version` is newer than 1"));
}
