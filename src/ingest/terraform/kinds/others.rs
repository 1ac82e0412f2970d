//! Hetzner Cloud, `OpenStack` and the clouds whose providers are made from its, values handed on
//! between roots, and names at other DNS hosts.

use super::super::copies::{self, Copies};
use super::{Row, What};

pub(super) const ROWS: &[Row] = &[
    // Hetzner Cloud. A location is a site, a data centre a zone of it.
    Row::new(&["hcloud_server"], What::Machine)
        .zone(&["datacenter"])
        .region(&["location"])
        .via(&["placement_group_id", "public_net.ipv4", "public_net.ipv6"])
        .address(&["ipv4_address", "ipv6_address", "network.ip"])
        .texts(&["user_data"]),
    Row::new(&["hcloud_volume"], What::Store(Copies::One))
        .region(&["location"])
        .via(&["server_id"])
        .back(&["server_id"]),
    Row::new(&["hcloud_volume_attachment"], What::Part)
        .back(&["server_id"])
        .forth(&["volume_id"]),
    Row::new(&["hcloud_load_balancer"], What::Balancer)
        .region(&["location"])
        .address(&["ipv4", "ipv6", "network_ip"])
        .forth(&["target.server_id"]),
    Row::new(&["hcloud_load_balancer_target"], What::Part)
        .back(&["load_balancer_id"])
        .forth(&["server_id", "ip"]),
    Row::new(&["hcloud_floating_ip"], What::Part)
        .address(&["ip_address"])
        .forth(&["server_id"]),
    Row::new(&["hcloud_floating_ip_assignment"], What::Part)
        .back(&["floating_ip_id"])
        .forth(&["server_id"]),
    Row::new(&["hcloud_primary_ip"], What::Place)
        .zone(&["datacenter"])
        .region(&["location"])
        .address(&["ip_address"]),
    Row::new(
        &[
            "hcloud_zone_rrset",
            "hetznerdns_record",
            "cloudflare_record",
            "cloudflare_dns_record",
            "digitalocean_record",
            "ovh_domain_zone_record",
        ],
        What::Record,
    ),
    Row::new(
        &[
            "hcloud_network",
            "hcloud_network_subnet",
            "hcloud_network_route",
            "hcloud_server_network",
            "hcloud_rdns",
            "hcloud_load_balancer_service",
            "hcloud_load_balancer_network",
            "hcloud_placement_group",
            "hcloud_image",
            "hcloud_zone",
            "hcloud_certificate",
            "hcloud_managed_certificate",
            "hcloud_uploaded_certificate",
            "hcloud_location",
            "hcloud_snapshot",
            "hetznerdns_zone",
            "cloudflare_zone",
        ],
        What::Nothing,
    ),
    // OpenStack and its descendants.
    Row::new(
        &[
            "openstack_compute_instance_v2",
            "flexibleengine_compute_instance_v2",
            "opentelekomcloud_compute_instance_v2",
            "huaweicloud_compute_instance",
            "opentelekomcloud_ecs_instance_v1",
        ],
        What::Machine,
    )
    .zone(&["availability_zone"])
    .region(&["region"])
    .via(&["scheduler_hints.group"])
    .address(&[
        "access_ip_v4",
        "access_ip_v6",
        "network.fixed_ip_v4",
        "network.fixed_ip_v6",
    ])
    .texts(&["user_data", "metadata"])
    .back(&["network.port"])
    .forth(&["block_device.uuid"]),
    Row::new(
        &[
            "openstack_blockstorage_volume_v3",
            "openstack_blockstorage_volume_v2",
            "flexibleengine_blockstorage_volume_v2",
            "opentelekomcloud_blockstorage_volume_v2",
            "opentelekomcloud_evs_volume_v3",
        ],
        What::Store(Copies::One),
    )
    .zone(&["availability_zone"])
    .region(&["region"]),
    Row::new(
        &[
            "openstack_compute_volume_attach_v2",
            "flexibleengine_compute_volume_attach_v2",
            "opentelekomcloud_compute_volume_attach_v2",
        ],
        What::Part,
    )
    .back(&["instance_id"])
    .forth(&["volume_id"]),
    Row::new(
        &[
            "openstack_networking_port_v2",
            "flexibleengine_networking_port_v2",
            "opentelekomcloud_networking_port_v2",
        ],
        What::Part,
    )
    .address(&["all_fixed_ips", "fixed_ip.ip_address"])
    .forth(&["device_id"]),
    Row::new(
        &[
            "openstack_compute_interface_attach_v2",
            "flexibleengine_compute_interface_attach_v2",
        ],
        What::Part,
    )
    .back(&["port_id"])
    .forth(&["instance_id"]),
    Row::new(
        &[
            "openstack_networking_floatingip_v2",
            "openstack_compute_floatingip_v2",
            "flexibleengine_vpc_eip_v1",
        ],
        What::Part,
    )
    .address(&["address"])
    .forth(&["port_id"]),
    Row::new(
        &[
            "openstack_networking_floatingip_associate_v2",
            "openstack_compute_floatingip_associate_v2",
        ],
        What::Part,
    )
    .back(&["floating_ip"])
    .forth(&["port_id", "instance_id"]),
    Row::new(
        &[
            "openstack_lb_loadbalancer_v2",
            "opentelekomcloud_lb_loadbalancer_v2",
            "flexibleengine_lb_loadbalancer_v2",
        ],
        What::Balancer,
    )
    .zone(&["availability_zone"])
    .region(&["region"])
    .address(&["vip_address"]),
    Row::new(
        &[
            "openstack_lb_listener_v2",
            "opentelekomcloud_lb_listener_v2",
            "flexibleengine_lb_listener_v2",
        ],
        What::Part,
    )
    .back(&["loadbalancer_id"])
    .forth(&["default_pool_id"]),
    Row::new(
        &[
            "openstack_lb_pool_v2",
            "opentelekomcloud_lb_pool_v2",
            "flexibleengine_lb_pool_v2",
        ],
        What::Pool,
    )
    .back(&["listener_id", "loadbalancer_id"]),
    Row::new(
        &[
            "openstack_lb_member_v2",
            "opentelekomcloud_lb_member_v2",
            "flexibleengine_lb_member_v2",
        ],
        What::Part,
    )
    .back(&["pool_id"])
    .forth(&["address"]),
    Row::new(&["openstack_lb_members_v2"], What::Part)
        .back(&["pool_id"])
        .forth(&["member.address"]),
    Row::new(&["openstack_db_instance_v1"], What::Store(Copies::One))
        .region(&["region"])
        .address(&["addresses"]),
    Row::new(&["openstack_containerinfra_cluster_v1"], What::Cluster).region(&["region"]),
    Row::new(
        &["openstack_objectstorage_container_v1"],
        What::Store(Copies::Regional),
    )
    .region(&["region"]),
    Row::new(
        &[
            "openstack_compute_servergroup_v2",
            "openstack_compute_availability_zones_v2",
        ],
        What::Place,
    ),
    Row::new(&["openstack_dns_recordset_v2"], What::Record),
    Row::new(
        &[
            "openstack_networking_network_v2",
            "openstack_networking_subnet_v2",
            "openstack_networking_router_v2",
            "openstack_networking_router_interface_v2",
            "openstack_images_image_v2",
            "openstack_compute_flavor_v2",
            "openstack_lb_monitor_v2",
            "openstack_dns_zone_v2",
            "flexibleengine_images_image_v2",
            "flexibleengine_networking_network_v2",
            "flexibleengine_networking_subnet_v2",
            "flexibleengine_networking_router_v2",
            "openstack_networking_subnet_ids_v2",
        ],
        What::Nothing,
    ),
    // Other roots' outputs.
    Row::new(
        &["terraform_remote_state", "tfe_outputs"],
        What::Link("outputs"),
    ),
    // Buckets of S3-like stores.
    Row::new(
        &["minio_s3_bucket"],
        What::Store(Copies::By(copies::elsewhere)),
    )
    .name(&["bucket"])
    .address(&["bucket_domain_name"]),
    Row::new(&["minio_ilm_policy", "minio_s3_object"], What::Nothing),
    // A content network in front of hosts.
    Row::new(
        &["fastly_service_vcl", "fastly_service_compute"],
        What::Balancer,
    )
    .name(&["name"])
    .address(&["domain.name"])
    .forth(&["backend.address"]),
    // Checks from outside, identities: nothing depends on them to serve what others serve.
    Row::new(
        &[
            "uptimerobot_monitor",
            "uptimerobot_status_page",
            "uptimerobot_alert_contact",
        ],
        What::Nothing,
    ),
];
