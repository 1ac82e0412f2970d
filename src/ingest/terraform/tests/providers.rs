//! What resources of each provider become.

use super::{copies, hcl, ids, needs, needs_of, told};

#[test]
fn aws_spreads_copies_as_its_services_do() {
    let facts = hcl("provider \"aws\" { region = \"eu-west-1\" }\n\
         resource \"aws_subnet\" \"s\" {\n  count = 2\n  availability_zone = [\"eu-west-1a\", \"eu-west-1b\"][count.index]\n}\n\
         resource \"aws_autoscaling_group\" \"web\" {\n  name = \"web\"\n  desired_capacity = 3\n  \
         vpc_zone_identifier = aws_subnet.s[*].id\n  target_group_arns = [aws_lb_target_group.web.arn]\n  \
         launch_template { id = aws_launch_template.web.id }\n}\n\
         resource \"aws_launch_template\" \"web\" {\n  user_data = base64encode(<<-EOT\n    CACHE_HOST=${aws_elasticache_replication_group.c.primary_endpoint_address}\n  EOT\n  )\n}\n\
         resource \"aws_lb\" \"front\" {\n  name = \"front\"\n  subnets = aws_subnet.s[*].id\n}\n\
         resource \"aws_lb_target_group\" \"web\" {}\n\
         resource \"aws_lb_listener\" \"l\" {\n  load_balancer_arn = aws_lb.front.arn\n  default_action {\n    type = \"forward\"\n    \
         target_group_arn = aws_lb_target_group.web.arn\n  }\n}\n\
         resource \"aws_elasticache_replication_group\" \"c\" {\n  replication_group_id = \"sessions\"\n  num_cache_clusters = 2\n  \
         automatic_failover_enabled = true\n  preferred_cache_cluster_azs = [\"eu-west-1a\", \"eu-west-1b\"]\n}\n\
         resource \"aws_db_instance\" \"one\" {\n  identifier = \"one\"\n  db_subnet_group_name = aws_db_subnet_group.g.name\n}\n\
         resource \"aws_db_subnet_group\" \"g\" { subnet_ids = aws_subnet.s[*].id }\n\
         resource \"aws_rds_cluster\" \"au\" {\n  cluster_identifier = \"au\"\n  availability_zones = [\"eu-west-1a\", \"eu-west-1b\"]\n}\n\
         resource \"aws_rds_cluster_instance\" \"only\" {\n  cluster_identifier = aws_rds_cluster.au.id\n  availability_zone = \"eu-west-1b\"\n}\n\
         resource \"aws_sqs_queue\" \"jobs\" { name = \"jobs\" }\n\
         resource \"aws_lambda_event_source_mapping\" \"m\" {\n  event_source_arn = aws_sqs_queue.jobs.arn\n  function_name = aws_lambda_function.w.arn\n}\n\
         resource \"aws_lambda_function\" \"w\" { function_name = \"worker\" }\n");
    let both = "any(zone:eu-west-1a, zone:eu-west-1b)";
    assert_eq!(
        copies(&facts, "service:web"),
        [
            format!("2 on zone:eu-west-1a, anew on {both}"),
            format!("1 on zone:eu-west-1b, anew on {both}")
        ]
    );
    assert_eq!(needs_of(&facts, "service:web"), ["hard store:sessions"]);
    assert_eq!(needs_of(&facts, "service:front"), ["hard service:web"]);
    assert_eq!(
        copies(&facts, "service:front"),
        ["1 on zone:eu-west-1a", "1 on zone:eu-west-1b"]
    );
    assert_eq!(
        copies(&facts, "store:sessions"),
        [
            "1 on zone:eu-west-1a",
            "1 on zone:eu-west-1b, after 60, async"
        ]
    );
    // Two zones to choose from are no redundancy.
    assert_eq!(
        copies(&facts, "store:one"),
        ["1 unplaced in one of zone:eu-west-1a,zone:eu-west-1b"]
    );
    assert_eq!(copies(&facts, "store:au"), ["1 on zone:eu-west-1b"]);
    assert_eq!(needs_of(&facts, "service:worker"), ["hard store:jobs"]);
    assert!(!ids(&facts).iter().any(|id| id.contains("only")));
}

#[test]
fn dns_with_fail_over_is_a_journey_and_one_target_an_alias() {
    let record = |id: &str, policy: &str, lb: &str| {
        format!(
            "resource \"aws_route53_record\" \"{id}\" {{\n  zone_id = aws_route53_zone.z.id\n  name = \"shop\"\n  type = \"A\"\n  \
             set_identifier = \"{id}\"\n  failover_routing_policy {{ type = \"{policy}\" }}\n  alias {{\n    name = aws_lb.{lb}.dns_name\n  }}\n}}\n"
        )
    };
    let text = format!(
        "resource \"aws_route53_zone\" \"z\" {{ name = \"example.org\" }}\n{}{}\
         resource \"aws_lb\" \"eu\" {{ name = \"eu\" }}\nresource \"aws_lb\" \"us\" {{ name = \"us\" }}\n\
         resource \"aws_route53_record\" \"one\" {{\n  zone_id = aws_route53_zone.z.id\n  name = \"eu.example.org\"\n  type = \"CNAME\"\n  \
         records = [aws_lb.eu.dns_name]\n}}\n",
        record("first", "PRIMARY", "eu"),
        record("second", "SECONDARY", "us"),
    );
    let facts = hcl(&text);
    assert_eq!(
        needs_of(&facts, "journey:shop.example.org"),
        ["hard any(service:eu, service:us after 150)"]
    );
    assert!(super::aliases(&facts).contains(&"eu.example.org → service:eu".to_owned()));
}

#[test]
fn containers_of_ecs_name_what_they_need() {
    let facts = hcl(
        "resource \"aws_ecs_task_definition\" \"t\" {\n  family = \"t\"\n  container_definitions = jsonencode([{\n    name = \"app\"\n    \
         image = \"registry.example.com/app:1\"\n    environment = [\n      { name = \"DB_HOST\", value = aws_db_instance.db.address },\n      \
         { name = \"OTEL_EXPORTER_OTLP_ENDPOINT\", value = \"http://otel.example.com:4317\" },\n    ]\n  }])\n}\n\
         resource \"aws_ecs_service\" \"app\" {\n  name = \"app\"\n  desired_count = 2\n  task_definition = aws_ecs_task_definition.t.arn\n}\n\
         resource \"aws_db_instance\" \"db\" { identifier = \"db\" }\n",
    );
    assert_eq!(
        needs_of(&facts, "service:app"),
        ["hard store:db", "soft otel.example.com"]
    );
}

#[test]
fn buckets_know_where_they_are_replicated_to() {
    let facts = hcl(
        "provider \"aws\" { region = \"eu-west-1\" }\nprovider \"aws\" {\n  alias = \"us\"\n  region = \"us-east-1\"\n}\n\
         resource \"aws_s3_bucket\" \"a\" { bucket = \"photos\" }\n\
         resource \"aws_s3_bucket\" \"b\" {\n  provider = aws.us\n  bucket = \"photos-copy\"\n}\n\
         resource \"aws_s3_bucket_replication_configuration\" \"r\" {\n  bucket = aws_s3_bucket.a.id\n  rule {\n    destination {\n      \
         bucket = aws_s3_bucket.b.arn\n    }\n  }\n}\n",
    );
    assert_eq!(
        copies(&facts, "store:photos"),
        [
            "1 on region:eu-west-1",
            "1 on region:us-east-1, waits, async"
        ]
    );
    assert_eq!(
        copies(&facts, "store:photos-copy"),
        ["1 on region:us-east-1"]
    );
}

#[test]
fn google_groups_balancers_and_regional_databases() {
    let facts = hcl(
        "resource \"google_compute_region_instance_group_manager\" \"web\" {\n  name = \"web\"\n  region = \"europe-west1\"\n  \
         target_size = 4\n  distribution_policy_zones = [\"europe-west1-b\", \"europe-west1-c\"]\n  version {\n    \
         instance_template = google_compute_instance_template.t.id\n  }\n}\n\
         resource \"google_compute_instance_template\" \"t\" {\n  metadata = {\n    DB_HOST = google_sql_database_instance.db.private_ip_address\n  }\n}\n\
         resource \"google_sql_database_instance\" \"db\" {\n  name = \"db\"\n  region = \"europe-west1\"\n  settings {\n    \
         availability_type = \"REGIONAL\"\n    location_preference { zone = \"europe-west1-b\" }\n  }\n}\n\
         resource \"google_sql_database_instance\" \"read\" {\n  name = \"read\"\n  region = \"europe-west4\"\n  \
         master_instance_name = google_sql_database_instance.db.name\n}\n\
         resource \"google_compute_global_forwarding_rule\" \"f\" {\n  name = \"front\"\n  target = google_compute_target_http_proxy.p.id\n}\n\
         resource \"google_compute_target_http_proxy\" \"p\" { url_map = google_compute_url_map.m.id }\n\
         resource \"google_compute_url_map\" \"m\" { default_service = google_compute_backend_service.b.id }\n\
         resource \"google_compute_backend_service\" \"b\" {\n  backend {\n    group = google_compute_region_instance_group_manager.web.instance_group\n  }\n}\n\
         resource \"google_container_cluster\" \"k\" {\n  name = \"k\"\n  location = \"europe-west1-b\"\n}\n",
    );
    let both = "any(zone:europe-west1-b, zone:europe-west1-c)";
    assert_eq!(
        copies(&facts, "service:web"),
        [
            format!("2 on zone:europe-west1-b, anew on {both}"),
            format!("2 on zone:europe-west1-c, anew on {both}")
        ]
    );
    assert_eq!(needs_of(&facts, "service:web"), ["hard store:db"]);
    assert_eq!(needs_of(&facts, "service:front"), ["hard service:web"]);
    assert_eq!(
        copies(&facts, "store:db"),
        [
            "1 on zone:europe-west1-b",
            "1 on region:europe-west1, after 120, sync",
            "1 unplaced, waits, async"
        ]
    );
    // A cluster in a zone has its control plane there.
    assert_eq!(needs_of(&facts, "cluster:k"), ["on zone:europe-west1-b"]);
}

#[test]
fn azure_zones_are_numbers_of_a_location() {
    let facts = hcl(
        "resource \"azurerm_resource_group\" \"g\" {\n  name = \"g\"\n  location = \"West Europe\"\n}\n\
         resource \"azurerm_linux_virtual_machine\" \"vm\" {\n  name = \"vm\"\n  location = azurerm_resource_group.g.location\n  \
         zone = \"2\"\n  network_interface_ids = [azurerm_network_interface.n.id]\n}\n\
         resource \"azurerm_network_interface\" \"n\" {\n  private_ip_address = \"10.1.0.4\"\n}\n\
         resource \"azurerm_lb\" \"lb\" {\n  name = \"lb\"\n  location = \"westeurope\"\n}\n\
         resource \"azurerm_lb_backend_address_pool\" \"p\" { loadbalancer_id = azurerm_lb.lb.id }\n\
         resource \"azurerm_network_interface_backend_address_pool_association\" \"a\" {\n  network_interface_id = azurerm_network_interface.n.id\n  \
         backend_address_pool_id = azurerm_lb_backend_address_pool.p.id\n}\n\
         resource \"azurerm_linux_virtual_machine_scale_set\" \"ss\" {\n  name = \"ss\"\n  location = \"westeurope\"\n  zones = [\"1\", \"2\", \"3\"]\n  instances = 3\n}\n\
         resource \"azurerm_postgresql_flexible_server\" \"pg\" {\n  name = \"pg\"\n  location = \"westeurope\"\n  zone = \"1\"\n  \
         high_availability {\n    mode = \"ZoneRedundant\"\n    standby_availability_zone = \"2\"\n  }\n}\n",
    );
    assert_eq!(needs_of(&facts, "host:vm"), ["on zone:westeurope-2"]);
    assert_eq!(needs_of(&facts, "service:lb"), ["hard service:vm"]);
    assert!(super::aliases(&facts).contains(&"10.1.0.4 → service:vm".to_owned()));
    let zones: Vec<String> = copies(&facts, "service:ss");
    assert_eq!(zones.len(), 3, "{zones:?}");
    assert!(zones[2].starts_with("1 on zone:westeurope-3, anew on any("));
    let pg = copies(&facts, "store:pg");
    assert_eq!(pg[0], "1 on zone:westeurope-1");
    assert!(pg[1].ends_with("after 120, sync"), "{pg:?}");
}

#[test]
fn hetzner_and_openstack() {
    let facts = told(&[(
        "o/main.tf",
        "provider \"openstack\" { region = \"GRA7\" }\n\
         resource \"openstack_compute_instance_v2\" \"web\" {\n  count = 2\n  name = \"web-${count.index}\"\n  availability_zone = \"nova\"\n  \
         network { port = openstack_networking_port_v2.p[count.index].id }\n}\n\
         resource \"openstack_networking_port_v2\" \"p\" {\n  count = 2\n  fixed_ip {\n    ip_address = \"192.168.1.${count.index + 10}\"\n  }\n}\n\
         resource \"openstack_lb_loadbalancer_v2\" \"lb\" { name = \"lb\" }\n\
         resource \"openstack_lb_listener_v2\" \"l\" { loadbalancer_id = openstack_lb_loadbalancer_v2.lb.id }\n\
         resource \"openstack_lb_pool_v2\" \"p\" { listener_id = openstack_lb_listener_v2.l.id }\n\
         resource \"openstack_lb_member_v2\" \"m\" {\n  count = 2\n  pool_id = openstack_lb_pool_v2.p.id\n  address = \"192.168.1.1${count.index}\"\n}\n\
         resource \"hcloud_server\" \"h\" {\n  name = \"h\"\n  datacenter = \"fsn1-dc14\"\n}\n\
         resource \"hcloud_load_balancer\" \"hl\" {\n  name = \"hl\"\n  location = \"fsn1\"\n}\n\
         resource \"hcloud_load_balancer_target\" \"t\" {\n  load_balancer_id = hcloud_load_balancer.hl.id\n  server_id = hcloud_server.h.id\n}\n",
    )]);
    assert_eq!(
        copies(&facts, "service:web"),
        ["1 on host:web-0", "1 on host:web-1"]
    );
    assert_eq!(needs_of(&facts, "host:web-1"), ["on zone:nova"]);
    assert_eq!(needs_of(&facts, "zone:nova"), ["on region:gra7"]);
    assert_eq!(needs_of(&facts, "service:lb"), ["hard service:web"]);
    assert_eq!(needs_of(&facts, "service:hl"), ["hard service:h"]);
    assert_eq!(needs_of(&facts, "zone:fsn1-dc14"), ["on site:fsn1"]);
    assert!(needs(&facts).contains(&"region:gra7 on provider:openstack".to_owned()));
}

#[test]
fn a_backend_names_the_group_that_a_manager_makes() {
    let facts = told(&[(
        "terraform.tfstate",
        r#"{"version": 4, "terraform_version": "1.6.2", "serial": 1, "lineage": "l", "resources": [
        {"mode": "managed", "type": "google_compute_region_instance_group_manager", "name": "web", "instances": [
          {"attributes": {"id": "projects/p/regions/europe-west1/instanceGroupManagers/web", "name": "web",
            "instance_group": "https://www.googleapis.com/compute/v1/projects/p/regions/europe-west1/instanceGroups/web"}}]},
        {"mode": "managed", "type": "google_compute_backend_service", "name": "be", "instances": [
          {"attributes": {"id": "projects/p/global/backendServices/be", "name": "be",
            "backend": [{"group": "https://www.googleapis.com/compute/v1/projects/p/regions/europe-west1/instanceGroups/web"}]}}]},
        {"mode": "managed", "type": "google_compute_forwarding_rule", "name": "fr", "instances": [
          {"attributes": {"id": "projects/p/regions/europe-west1/forwardingRules/fr", "name": "fr",
            "backend_service": "projects/p/global/backendServices/be"}}]}]}"#,
    )]);
    assert_eq!(needs_of(&facts, "service:fr"), ["hard service:web"]);
}

#[test]
fn the_standby_of_a_flexible_server_stands_where_it_is_said_to() {
    let facts = hcl(
        "resource \"azurerm_postgresql_flexible_server\" \"pg\" {\n  name = \"pg\"\n  location = \"westeurope\"\n  zone = \"1\"\n\
         high_availability {\n    mode = \"ZoneRedundant\"\n    standby_availability_zone = \"2\"\n  }\n}\n",
    );
    assert_eq!(
        copies(&facts, "store:pg"),
        [
            "1 on zone:westeurope-1",
            "1 on zone:westeurope-2, after 120, sync"
        ]
    );
}
