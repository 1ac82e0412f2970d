//! Zones that only a run names, gateways, accounts, and where copies of copies are.

use super::{hcl, needs, told};

const ZONES: &str = r#"
provider "aws" { region = "eu-west-1" }
data "aws_availability_zones" "all" {}
locals { azs = slice(data.aws_availability_zones.all.names, 0, 2) }
"#;

fn configuration(rest: &str) -> crate::ingest::fact::Facts {
    hcl(&format!("{ZONES}{rest}"))
}

fn has(needs: &[String], line: &str) {
    assert!(needs.iter().any(|need| need == line), "{line}: {needs:#?}");
}

#[test]
fn zones_that_a_data_source_lists_are_told_apart() {
    let facts = configuration(
        r#"
resource "aws_subnet" "s" {
  count             = length(local.azs)
  availability_zone = data.aws_availability_zones.all.names[count.index]
}
resource "aws_instance" "a" {
  count     = 2
  ami       = "x"
  subnet_id = aws_subnet.s[count.index].id
}
resource "aws_instance" "b" {
  ami               = "x"
  availability_zone = element(local.azs, 1)
}
"#,
    );
    let needs = needs(&facts);
    has(&needs, "host:aws_instance.a[0] on zone:eu-west-1[0]");
    has(&needs, "host:aws_instance.a[1] on zone:eu-west-1[1]");
    has(&needs, "host:aws_instance.b on zone:eu-west-1[1]");
    has(&needs, "zone:eu-west-1[1] on region:eu-west-1");
}

#[test]
fn a_group_over_all_zones_is_in_several() {
    let facts = configuration(
        r#"
resource "aws_autoscaling_group" "g" {
  name               = "g"
  desired_capacity   = 4
  availability_zones = data.aws_availability_zones.all.names
}
"#,
    );
    let spread = &facts.replicas[0].spread;
    assert_eq!(spread.zones.map(|apart| apart.most), Some(2));
}

#[test]
fn who_is_routed_through_a_gateway_is_degraded_without_it() {
    let facts = hcl(r#"
provider "aws" { region = "eu-west-1" }
resource "aws_subnet" "public" { availability_zone = "eu-west-1a" }
resource "aws_subnet" "private" { availability_zone = "eu-west-1b" }
resource "aws_nat_gateway" "n" {
  subnet_id = aws_subnet.public.id
  tags      = { Name = "nat-a" }
}
resource "aws_route_table" "t" {}
resource "aws_route" "r" {
  route_table_id = aws_route_table.t.id
  nat_gateway_id = aws_nat_gateway.n.id
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.t.id
}
resource "aws_lambda_function" "inside" {
  function_name = "inside"
  vpc_config { subnet_ids = [aws_subnet.private.id] }
}
resource "aws_lambda_function" "outside" { function_name = "outside" }
resource "aws_instance" "public" {
  ami       = "x"
  subnet_id = aws_subnet.public.id
}
"#);
    let needs = needs(&facts);
    has(&needs, "service:inside soft network:nat-a");
    has(&needs, "network:nat-a on zone:eu-west-1a");
    let to_gateway = needs.iter().filter(|need| need.ends_with("network:nat-a"));
    assert_eq!(to_gateway.count(), 1);
    // In one subnet it goes with that subnet's zone.
    let of = |name: &str| {
        let mut replicas = facts.replicas.iter();
        let replica = replicas.find(|replica| replica.of.text == name);
        replica.map(|replica| super::of(&replica.on[0]))
    };
    assert_eq!(of("service:inside").as_deref(), Some("zone:eu-west-1b"));
    assert_eq!(of("service:outside").as_deref(), Some("region:eu-west-1"));
}

#[test]
fn numbered_zones_and_pools_are_where_their_cluster_is() {
    let facts = hcl(r#"
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "West Europe"
}
resource "azurerm_kubernetes_cluster" "c" {
  name     = "c"
  location = azurerm_resource_group.rg.location
}
resource "azurerm_kubernetes_cluster_node_pool" "p" {
  name                  = "p"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.c.id
  node_count            = 1
  zones                 = [2]
}
resource "azurerm_linux_virtual_machine" "v" {
  count    = 1
  name     = "v"
  location = azurerm_resource_group.rg.location
  zone     = tostring(count.index + 1)
}
resource "azurerm_mssql_server" "s" {
  name     = "sql"
  location = "westeurope"
}
resource "azurerm_mssql_database" "d" {
  name      = "orders"
  server_id = azurerm_mssql_server.s.id
}
resource "azurerm_linux_web_app" "w" {
  name         = "w"
  location     = "westeurope"
  app_settings = { DB = azurerm_mssql_server.s.fully_qualified_domain_name }
}
resource "google_container_cluster" "g" {
  name           = "g"
  location       = "europe-west1"
  node_locations = ["europe-west1-b", "europe-west1-c"]
}
resource "google_container_node_pool" "gp" {
  name       = "gp"
  cluster    = google_container_cluster.g.name
  node_count = 2
}
resource "google_container_node_pool" "free" {
  name       = "free"
  cluster    = "elsewhere"
  location   = "europe-west1"
  node_count = 1
}
"#);
    let needs = needs(&facts);
    has(&needs, "host:v on zone:westeurope-1");
    has(&needs, "service:w hard store:orders");
    let on = |name: &str| -> Vec<(u64, String)> {
        let own = facts
            .replicas
            .iter()
            .filter(|replica| replica.of.text == name);
        own.map(|replica| {
            let on = replica.on.first().map(super::of);
            (replica.count, on.unwrap_or_default())
        })
        .collect()
    };
    assert_eq!(on("service:p"), [(1, "zone:westeurope-2".to_owned())]);
    let both = ["zone:europe-west1-b", "zone:europe-west1-c"];
    assert_eq!(on("service:gp"), both.map(|zone| (2, zone.to_owned())));
    // Three zones that nobody names.
    assert_eq!(on("service:free"), [(3, String::new())]);
}

#[test]
fn a_replica_in_another_region_is_there() {
    let facts = hcl(r#"
resource "google_sql_database_instance" "p" {
  name   = "p"
  region = "europe-west1"
}
resource "google_sql_database_instance" "r" {
  name                 = "r"
  region               = "europe-west4"
  master_instance_name = google_sql_database_instance.p.name
}
"#);
    let regions: Vec<&str> = facts
        .replicas
        .iter()
        .filter_map(|replica| Some(replica.spread.region.as_ref()?.text.as_str()))
        .collect();
    assert_eq!(regions, ["region:europe-west1", "region:europe-west4"]);
}

#[test]
fn accounts_where_an_attribute_says_so() {
    let state = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l", "outputs": {}, "resources": [
      {"mode": "managed", "type": "aws_sqs_queue", "name": "q", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
       "instances": [{"schema_version": 0, "attributes": {"name": "orders", "arn": "arn:aws:sqs:eu-west-1:123456789012:orders"}}]},
      {"mode": "managed", "type": "aws_s3_bucket", "name": "b", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
       "instances": [{"schema_version": 0, "attributes": {"bucket": "b", "arn": "arn:aws:s3:::b", "region": "eu-west-1"}}]}]}"#;
    let needs = needs(&told(&[("terraform.tfstate", state)]));
    has(&needs, "store:orders on account:123456789012");
    assert!(
        !needs
            .iter()
            .any(|need| need.starts_with("store:b on account"))
    );
}
