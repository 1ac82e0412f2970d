//! Google Cloud.

use super::super::copies::{self, Copies};
use super::{Row, What};

const REGION: &[&str] = &["region"];
const ZONE: &[&str] = &["zone"];

pub(super) const ROWS: &[Row] = &[
    Row::new(
        &[
            "google_compute_instance",
            "google_compute_instance_from_template",
        ],
        What::Machine,
    )
    .zone(ZONE)
    .address(&[
        "network_interface.network_ip",
        "network_interface.access_config.nat_ip",
        "hostname",
    ])
    .texts(&["metadata_startup_script", "metadata"])
    .forth(&["attached_disk.source"]),
    Row::new(
        &[
            "google_compute_instance_template",
            "google_compute_region_instance_template",
        ],
        What::Part,
    )
    .texts(&["metadata_startup_script", "metadata"]),
    Row::new(
        &["google_compute_instance_group_manager"],
        What::Service(Copies::Group(&["target_size"])),
    )
    .zone(ZONE)
    .template(&["version.instance_template", "instance_template"]),
    Row::new(
        &["google_compute_region_instance_group_manager"],
        What::Service(Copies::Group(&["target_size"])),
    )
    .zone(&["distribution_policy_zones"])
    .region(REGION)
    .template(&["version.instance_template", "instance_template"]),
    Row::new(
        &[
            "google_compute_autoscaler",
            "google_compute_region_autoscaler",
        ],
        What::Part,
    )
    .forth(&["target"]),
    Row::new(&["google_compute_instance_group"], What::Part)
        .zone(ZONE)
        .forth(&["instances"]),
    Row::new(
        &[
            "google_compute_network_endpoint_group",
            "google_compute_region_network_endpoint_group",
        ],
        What::Part,
    )
    .forth(&[
        "cloud_run.service",
        "cloud_function.function",
        "app_engine.service",
    ]),
    Row::new(&["google_compute_network_endpoint"], What::Part)
        .back(&["network_endpoint_group"])
        .forth(&["instance", "ip_address"]),
    Row::new(&["google_compute_disk"], What::Store(Copies::One)).zone(ZONE),
    Row::new(
        &["google_compute_region_disk"],
        What::Store(Copies::Spread(&[])),
    )
    .zone(&["replica_zones"])
    .region(REGION),
    Row::new(&["google_compute_attached_disk"], What::Part)
        .back(&["instance"])
        .forth(&["disk"]),
    Row::new(&["google_container_cluster"], What::Cluster)
        .region(&["location"])
        .address(&["endpoint"]),
    Row::new(
        &["google_container_node_pool"],
        What::Service(Copies::By(copies::google_pool)),
    )
    .zone(&["node_locations"])
    .region(&["location"])
    .via(&["cluster"])
    .beside(&[("cluster", "node_locations")]),
    // Load balancers: rules lead to proxies, maps, backends, groups.
    Row::new(&["google_compute_forwarding_rule"], What::Balancer)
        .region(REGION)
        .address(&["ip_address"])
        .forth(&["target", "backend_service"]),
    Row::new(&["google_compute_global_forwarding_rule"], What::Balancer)
        .address(&["ip_address"])
        .forth(&["target"]),
    Row::new(
        &[
            "google_compute_target_http_proxy",
            "google_compute_target_https_proxy",
            "google_compute_region_target_http_proxy",
            "google_compute_region_target_https_proxy",
        ],
        What::Part,
    )
    .forth(&["url_map"]),
    Row::new(
        &[
            "google_compute_target_tcp_proxy",
            "google_compute_target_ssl_proxy",
            "google_compute_region_target_tcp_proxy",
        ],
        What::Part,
    )
    .forth(&["backend_service"]),
    Row::new(
        &["google_compute_url_map", "google_compute_region_url_map"],
        What::Part,
    )
    .forth(&[
        "default_service",
        "path_matcher.default_service",
        "path_matcher.path_rule.service",
        "path_matcher.route_rules.service",
    ]),
    Row::new(
        &[
            "google_compute_backend_service",
            "google_compute_region_backend_service",
        ],
        What::Pool,
    )
    .forth(&["backend.group"]),
    Row::new(&["google_compute_backend_bucket"], What::Part).forth(&["bucket_name"]),
    Row::new(&["google_compute_target_pool"], What::Part).forth(&["instances"]),
    Row::new(
        &["google_compute_address", "google_compute_global_address"],
        What::Part,
    )
    .address(&["address"]),
    // Databases and caches.
    Row::new(
        &["google_sql_database_instance"],
        What::Store(Copies::By(copies::google_sql)),
    )
    .zone(&["settings.location_preference.zone"])
    .region(REGION)
    .address(&[
        "ip_address.ip_address",
        "private_ip_address",
        "public_ip_address",
        "first_ip_address",
        "dns_name",
    ])
    .of(&["master_instance_name"]),
    Row::new(
        &["google_redis_instance", "google_memcache_instance"],
        What::Store(Copies::By(copies::google_redis)),
    )
    .zone(&["location_id", "alternative_location_id", "zones"])
    .region(REGION)
    .address(&["host", "discovery_endpoint"]),
    Row::new(&["google_redis_cluster"], What::Store(Copies::Regional))
        .region(REGION)
        .address(&["discovery_endpoints.address"]),
    Row::new(&["google_alloydb_cluster"], What::Store(Copies::Regional))
        .region(&["location"])
        .name(&["cluster_id"]),
    Row::new(&["google_alloydb_instance"], What::Part)
        .forth(&["cluster"])
        .address(&["ip_address"]),
    Row::new(
        &["google_spanner_instance", "google_bigtable_instance"],
        What::Store(Copies::Regional),
    )
    .zone(&["cluster.zone"]),
    Row::new(
        &["google_filestore_instance"],
        What::Store(Copies::ZoneOrRegion),
    )
    .zone(&["location"])
    .address(&["networks.ip_addresses"]),
    Row::new(
        &["google_firestore_database"],
        What::Store(Copies::Regional),
    )
    .region(&["location_id"]),
    Row::new(&["google_storage_bucket"], What::Store(Copies::Regional))
        .region(&["location"])
        .address(&["url"]),
    Row::new(
        &["google_artifact_registry_repository"],
        What::Store(Copies::Regional),
    )
    .region(&["location"])
    .name(&["repository_id"]),
    Row::new(&["google_bigquery_dataset"], What::Store(Copies::Regional))
        .region(&["location"])
        .name(&["dataset_id"]),
    Row::new(&["google_pubsub_topic"], What::Store(Copies::Regional)),
    Row::new(&["google_pubsub_subscription"], What::Part).forth(&["topic"]),
    // Services that the provider runs.
    Row::new(
        &[
            "google_cloud_run_service",
            "google_cloud_run_v2_service",
            "google_cloud_run_v2_job",
        ],
        What::Service(Copies::Regional),
    )
    .region(&["location"])
    .address(&["uri", "status.url"])
    .texts(&[
        "template.spec.containers.env",
        "template.containers.env",
        "template.template.containers.env",
    ])
    .forth(&["template.volumes.cloud_sql_instance.instances"]),
    Row::new(
        &[
            "google_cloudfunctions_function",
            "google_cloudfunctions2_function",
        ],
        What::Service(Copies::Regional),
    )
    .region(&["region", "location"])
    .address(&["https_trigger_url", "url"])
    .texts(&[
        "environment_variables",
        "service_config.environment_variables",
    ]),
    Row::new(&["google_dns_record_set"], What::Record),
    Row::new(
        &["google_secret_manager_secret_version"],
        What::Link("secret_data"),
    )
    .name(&["secret"]),
    Row::new(
        &[
            "google_compute_subnetwork",
            "google_compute_network",
            "google_compute_zones",
        ],
        What::Place,
    )
    .region(REGION)
    .zone(&["names"]),
    Row::new(
        &[
            "google_dns_managed_zone",
            "google_compute_health_check",
            "google_compute_region_health_check",
            "google_compute_http_health_check",
            "google_compute_https_health_check",
            "google_compute_router",
            "google_compute_router_nat",
            "google_sql_user",
            "google_sql_database",
            "google_compute_ssl_certificate",
            "google_compute_managed_ssl_certificate",
            "google_compute_network_peering",
            "google_compute_image",
            "google_service_networking_connection",
            "google_secret_manager_secret",
            "google_storage_bucket_object",
            "google_vpc_access_connector",
            "google_compute_route",
            "google_compute_snapshot",
            "google_client_config",
        ],
        What::Nothing,
    ),
];
