//! Microsoft Azure.

use super::super::copies::{self, Copies};
use super::{Row, What};

const LOCATION: &[&str] = &["location"];
const ZONES: &[&str] = &["zone", "zones"];
const GROUP: &[&str] = &["resource_group_name"];
const SETTINGS: &[&str] = &[
    "app_settings",
    "connection_string",
    "site_config.app_settings",
];

pub(super) const ROWS: &[Row] = &[
    Row::new(
        &[
            "azurerm_linux_virtual_machine",
            "azurerm_windows_virtual_machine",
            "azurerm_virtual_machine",
        ],
        What::Machine,
    )
    .zone(ZONES)
    .region(LOCATION)
    .via(GROUP)
    .name(&["name", "computer_name"])
    .address(&[
        "private_ip_address",
        "private_ip_addresses",
        "public_ip_address",
        "public_ip_addresses",
    ])
    .back(&["network_interface_ids"])
    .texts(&["custom_data", "user_data", "os_profile.custom_data"]),
    Row::new(
        &[
            "azurerm_linux_virtual_machine_scale_set",
            "azurerm_windows_virtual_machine_scale_set",
            "azurerm_orchestrated_virtual_machine_scale_set",
            "azurerm_virtual_machine_scale_set",
        ],
        What::Service(Copies::Group(&["instances", "sku.capacity"])),
    )
    .zone(ZONES)
    .region(LOCATION)
    .back(&[
        "network_interface.ip_configuration.load_balancer_backend_address_pool_ids",
        "network_interface.ip_configuration.application_gateway_backend_address_pool_ids",
        "network_profile.ip_configuration.load_balancer_backend_address_pool_ids",
    ])
    .texts(&["custom_data", "user_data"]),
    Row::new(&["azurerm_network_interface"], What::Part)
        .region(LOCATION)
        .via(&["ip_configuration.subnet_id"])
        .back(&["ip_configuration.public_ip_address_id"])
        .address(&["private_ip_address", "private_ip_addresses"]),
    Row::new(&["azurerm_public_ip"], What::Part).address(&["ip_address", "fqdn"]),
    Row::new(
        &[
            "azurerm_availability_set",
            "azurerm_resource_group",
            "azurerm_virtual_network",
            "azurerm_proximity_placement_group",
        ],
        What::Place,
    )
    .region(LOCATION),
    Row::new(&["azurerm_subnet"], What::Place)
        .via(&["virtual_network_name", "resource_group_name"]),
    Row::new(&["azurerm_managed_disk"], What::Store(Copies::One))
        .zone(ZONES)
        .region(LOCATION),
    Row::new(
        &["azurerm_virtual_machine_data_disk_attachment"],
        What::Part,
    )
    .back(&["virtual_machine_id"])
    .forth(&["managed_disk_id"]),
    // Load balancers.
    Row::new(&["azurerm_lb"], What::Balancer)
        .zone(&["frontend_ip_configuration.zones"])
        .region(LOCATION)
        .address(&["private_ip_address"])
        .back(&["frontend_ip_configuration.public_ip_address_id"]),
    Row::new(&["azurerm_lb_backend_address_pool"], What::Pool).back(&["loadbalancer_id"]),
    Row::new(
        &[
            "azurerm_network_interface_backend_address_pool_association",
            "azurerm_network_interface_application_gateway_backend_address_pool_association",
        ],
        What::Part,
    )
    .back(&["backend_address_pool_id"])
    .forth(&["network_interface_id"]),
    Row::new(&["azurerm_lb_backend_address_pool_address"], What::Part)
        .back(&["backend_address_pool_id"])
        .forth(&["ip_address"]),
    Row::new(&["azurerm_application_gateway"], What::Balancer)
        .zone(&["zones"])
        .region(LOCATION)
        .back(&["frontend_ip_configuration.public_ip_address_id"])
        .forth(&[
            "backend_address_pool.ip_addresses",
            "backend_address_pool.fqdns",
        ]),
    Row::new(&["azurerm_frontdoor"], What::Balancer)
        .forth(&["backend_pool.backend.address"])
        .address(&["cname"]),
    Row::new(&["azurerm_cdn_frontdoor_profile"], What::Balancer),
    Row::new(&["azurerm_cdn_frontdoor_origin_group"], What::Pool)
        .back(&["cdn_frontdoor_profile_id"]),
    Row::new(&["azurerm_cdn_frontdoor_origin"], What::Part)
        .back(&["cdn_frontdoor_origin_group_id"])
        .forth(&["host_name"]),
    // Databases and caches.
    Row::new(
        &[
            "azurerm_postgresql_flexible_server",
            "azurerm_mysql_flexible_server",
        ],
        What::Store(Copies::By(copies::azure_flexible)),
    )
    .zone(&["zone"])
    .region(LOCATION)
    .address(&["fqdn"])
    .of(&["source_server_id"]),
    Row::new(
        &[
            "azurerm_postgresql_server",
            "azurerm_mysql_server",
            "azurerm_mariadb_server",
        ],
        What::Store(Copies::One),
    )
    .region(LOCATION)
    .address(&["fqdn"]),
    Row::new(&["azurerm_mssql_server", "azurerm_sql_server"], What::Part)
        .region(LOCATION)
        .address(&["fully_qualified_domain_name"]),
    Row::new(
        &["azurerm_mssql_database", "azurerm_mssql_elasticpool"],
        What::Store(Copies::By(copies::azure_zoned)),
    )
    .region(LOCATION)
    .via(&["server_id", "elastic_pool_id"])
    .back(&["server_id"]),
    Row::new(
        &["azurerm_cosmosdb_account"],
        What::Store(Copies::By(copies::azure_cosmos)),
    )
    .region(LOCATION)
    .address(&["endpoint"]),
    Row::new(
        &["azurerm_redis_cache"],
        What::Store(Copies::By(copies::azure_zoned)),
    )
    .zone(ZONES)
    .region(LOCATION)
    .address(&["hostname"]),
    Row::new(
        &["azurerm_storage_account"],
        What::Store(Copies::By(copies::azure_storage)),
    )
    .region(LOCATION)
    .via(GROUP)
    .address(&[
        "primary_blob_host",
        "primary_blob_endpoint",
        "primary_file_host",
        "primary_queue_host",
        "primary_table_host",
    ]),
    Row::new(
        &[
            "azurerm_servicebus_namespace",
            "azurerm_eventhub_namespace",
            "azurerm_container_registry",
            "azurerm_key_vault",
            "azurerm_search_service",
        ],
        What::Store(Copies::By(copies::azure_zoned)),
    )
    .region(LOCATION)
    .address(&["login_server", "vault_uri", "endpoint"]),
    Row::new(
        &[
            "azurerm_servicebus_queue",
            "azurerm_servicebus_topic",
            "azurerm_eventhub",
        ],
        What::Part,
    )
    .forth(&["namespace_id"]),
    // Services that the provider runs.
    Row::new(&["azurerm_kubernetes_cluster"], What::Cluster)
        .region(LOCATION)
        .address(&["fqdn"]),
    Row::new(
        &["azurerm_kubernetes_cluster_node_pool"],
        What::Service(Copies::Group(&["node_count", "min_count"])),
    )
    .zone(ZONES)
    .via(&["kubernetes_cluster_id"]),
    Row::new(
        &["azurerm_service_plan", "azurerm_app_service_plan"],
        What::Part,
    )
    .region(LOCATION),
    Row::new(
        &[
            "azurerm_linux_web_app",
            "azurerm_windows_web_app",
            "azurerm_app_service",
            "azurerm_linux_function_app",
            "azurerm_windows_function_app",
            "azurerm_function_app",
        ],
        What::Service(Copies::By(copies::azure_app)),
    )
    .region(LOCATION)
    .via(&["service_plan_id", "app_service_plan_id"])
    .address(&["default_hostname"])
    .texts(SETTINGS),
    Row::new(&["azurerm_container_group"], What::Service(Copies::One))
        .zone(ZONES)
        .region(LOCATION)
        .address(&["fqdn", "ip_address"])
        .texts(&["container.environment_variables"]),
    Row::new(&["azurerm_container_app"], What::Service(Copies::Regional))
        .region(LOCATION)
        .via(&["container_app_environment_id"])
        .address(&["latest_revision_fqdn", "ingress.fqdn"])
        .texts(&["template.container.env"]),
    Row::new(&["azurerm_container_app_environment"], What::Place).region(LOCATION),
    Row::new(&["azurerm_firewall"], What::Service(Copies::EachZone))
        .zone(ZONES)
        .region(LOCATION),
    // Traffic Manager chooses by DNS; the DNS reader knows how.
    Row::new(
        &[
            "azurerm_traffic_manager_profile",
            "azurerm_traffic_manager_azure_endpoint",
            "azurerm_traffic_manager_external_endpoint",
        ],
        What::Record,
    )
    .address(&["fqdn"]),
    Row::new(
        &[
            "azurerm_dns_a_record",
            "azurerm_dns_aaaa_record",
            "azurerm_dns_cname_record",
            "azurerm_private_dns_a_record",
            "azurerm_private_dns_cname_record",
        ],
        What::Record,
    ),
    Row::new(
        &[
            "azurerm_dns_zone",
            "azurerm_private_dns_zone",
            "azurerm_private_dns_zone_virtual_network_link",
            "azurerm_lb_rule",
            "azurerm_lb_probe",
            "azurerm_lb_nat_rule",
            "azurerm_subnet_network_security_group_association",
            "azurerm_network_interface_security_group_association",
            "azurerm_storage_container",
            "azurerm_postgresql_flexible_server_database",
            "azurerm_postgresql_database",
            "azurerm_mysql_flexible_database",
            "azurerm_log_analytics_workspace",
            "azurerm_application_insights",
            "azurerm_client_config",
            "azurerm_subscription",
            "azurerm_user_assigned_identity",
            "azurerm_private_endpoint",
            "azurerm_nat_gateway",
            "azurerm_route_table",
            "azurerm_firewall_network_rule_collection",
            "azurerm_firewall_application_rule_collection",
            "azurerm_firewall_nat_rule_collection",
            "azurerm_backup_policy_vm",
            "azurerm_postgresql_flexible_server_configuration",
            "azurerm_management_lock",
        ],
        What::Nothing,
    ),
];
