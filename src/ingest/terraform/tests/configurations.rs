//! What configurations say by themselves.

use super::{aliases, copies, hcl, ids, needs, needs_of, told, told_of, unread};

#[test]
fn placement_comes_through_locals_defaults_and_other_files() {
    let facts = told(&[
        (
            "infra/machines.tf",
            "locals {\n  machines = {\n    \"a.example.org\" = { type = \"cx23\", location = \"hel1\" }\n    \
             \"b.example.org\" = { type = \"cx23\" }\n  }\n}\n",
        ),
        (
            "infra/main.tf",
            "resource \"hcloud_server\" \"machine\" {\n  for_each = local.machines\n  name = each.key\n  \
             server_type = each.value.type\n  location = lookup(each.value, \"location\", var.home)\n}\n\
             variable \"home\" { default = \"fsn1\" }\n",
        ),
    ]);
    assert_eq!(needs_of(&facts, "host:a.example.org"), ["on site:hel1"]);
    assert_eq!(needs_of(&facts, "host:b.example.org"), ["on site:fsn1"]);
    assert_eq!(
        copies(&facts, "service:b.example.org"),
        ["1 on host:b.example.org"]
    );
    assert_eq!(needs_of(&facts, "site:fsn1"), ["on provider:hetzner"]);
    // The place is where the value stands, in the other file.
    let requirement = facts
        .requirements
        .iter()
        .find(|r| r.of.text == "host:a.example.org")
        .unwrap();
    let crate::ingest::fact::Source::Here(span) = &requirement.origin.source else {
        panic!()
    };
    assert_eq!(span.file.0, 0);
    assert!(unread(&facts).is_empty(), "{:?}", facts.unread);
}

#[test]
fn counted_instances_are_replicas_and_named_ones_are_not() {
    let facts = hcl("resource \"aws_instance\" \"web\" {\n  count = 3\n  \
         availability_zone = element([\"eu-west-1a\", \"eu-west-1b\"], count.index)\n}\n\
         resource \"aws_instance\" \"pets\" {\n  for_each = toset([\"mail\", \"wiki\"])\n  \
         availability_zone = \"eu-west-1a\"\n  tags = { Name = each.key }\n}\n\
         resource \"aws_instance\" \"off\" { count = 0 }\n");
    assert_eq!(
        copies(&facts, "service:web"),
        [
            "1 on host:aws_instance.web[0]",
            "1 on host:aws_instance.web[1]",
            "1 on host:aws_instance.web[2]"
        ]
    );
    assert_eq!(
        needs_of(&facts, "host:aws_instance.web[2]"),
        ["on zone:eu-west-1a"]
    );
    assert_eq!(copies(&facts, "service:mail"), ["1 on host:mail"]);
    assert_eq!(needs_of(&facts, "zone:eu-west-1b"), ["on region:eu-west-1"]);
    assert!(!ids(&facts).iter().any(|id| id.contains("off")));
}

#[test]
fn modules_are_entered_with_their_variables_and_give_outputs() {
    let facts = told(&[
        (
            "live/main.tf",
            "module \"net\" {\n  source = \"../modules/net\"\n  zones = [\"eu-west-1a\", \"eu-west-1b\"]\n}\n\
             module \"db\" {\n  source = \"../modules/db\"\n  for_each = { orders = 0, users = 1 }\n  \
             name = each.key\n  subnets = module.net.subnets\n}\n\
             resource \"aws_lambda_function\" \"api\" {\n  function_name = \"api\"\n  environment {\n    variables = {\n      \
             DB_HOST = module.db[\"orders\"].host\n    }\n  }\n}\n\
             provider \"aws\" { region = \"eu-west-1\" }\n",
        ),
        (
            "modules/net/main.tf",
            "variable \"zones\" {}\nresource \"aws_subnet\" \"s\" {\n  for_each = toset(var.zones)\n  \
             availability_zone = each.value\n}\noutput \"subnets\" { value = [for s in aws_subnet.s : s.id] }\n",
        ),
        (
            "modules/db/main.tf",
            "variable \"name\" {}\nvariable \"subnets\" {}\n\
             resource \"aws_db_subnet_group\" \"g\" { subnet_ids = var.subnets }\n\
             resource \"aws_db_instance\" \"db\" {\n  identifier = \"${var.name}-db\"\n  multi_az = true\n  \
             db_subnet_group_name = aws_db_subnet_group.g.name\n}\noutput \"host\" { value = aws_db_instance.db.address }\n",
        ),
    ]);
    assert_eq!(
        copies(&facts, "store:orders-db"),
        [
            "1 on zone:eu-west-1a",
            "1 on zone:eu-west-1b, after 120, sync"
        ]
    );
    assert_eq!(needs_of(&facts, "service:api"), ["hard store:orders-db"]);
    assert_eq!(copies(&facts, "service:api"), ["1 on region:eu-west-1"]);
    assert!(
        aliases(&facts)
            .contains(&"module.db[\"users\"].aws_db_instance.db → store:users-db".to_owned())
    );
    assert!(unread(&facts).is_empty(), "{:?}", facts.unread);
}

#[test]
fn what_cannot_be_evaluated_is_said_and_never_guessed() {
    let facts = told(&[
        (
            "infra/main.tf",
            "variable \"az\" {}\nvariable \"n\" {}\n\
             resource \"aws_instance\" \"a\" {\n  availability_zone = var.az\n}\n\
             resource \"aws_instance\" \"b\" {\n  count = var.n\n  availability_zone = \"eu-west-1a\"\n}\n\
             resource \"aws_instance\" \"c\" {\n  availability_zone = file(\"../../secret\")\n}\n\
             module \"far\" { source = \"terraform-aws-modules/vpc/aws\" }\n\
             module \"far2\" { source = \"git::https://me:hunter2@git.example.org/x.git//m?ref=1\" }\n\
             module \"gone\" { source = \"../../../elsewhere\" }\n\
             resource \"acme_thing\" \"x\" {}\n",
        ),
        ("infra/prod.tfvars", "az = \"eu-west-1b\"\n"),
        (
            "infra/x_override.tf",
            "resource \"aws_instance\" \"d\" {\n  ami = 1\n}\n",
        ),
    ]);
    let said = unread(&facts).join("\n");
    for part in [
        "where `aws_instance.a` is can't be told: variable `az` has no value here",
        "how many `aws_instance.b` there are can't be told: variable `n` has no value here",
        "`file` would read a file, which nothing here does",
        "module `terraform-aws-modules/vpc/aws` comes from elsewhere",
        "module `git::https://git.example.org/x.git//m` comes from elsewhere",
        "the module's folder is not among the inputs",
        "1 resource is of types that are not known here: 1 `acme_thing`",
        "values that Terraform uses only when told to",
        "overrides what no other file of the folder declares",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
    assert!(needs_of(&facts, "host:aws_instance.a").is_empty());
    assert_eq!(copies(&facts, "service:aws_instance.b").len(), 1);
}

#[test]
fn override_files_replace_what_they_name_and_leave_the_rest() {
    let main = (
        "infra/z.tf",
        "provider \"aws\" { region = \"eu-west-1\" }\n\
         variable \"az\" { default = \"a\" }\n\
         locals { b = \"eu-west-1b\" }\n\
         resource \"aws_instance\" \"one\" {\n  availability_zone = \"eu-west-1${var.az}\"\n  tags = { Name = \"one\" }\n}\n\
         resource \"aws_instance\" \"two\" {\n  availability_zone = local.b\n}\n\
         resource \"aws_db_instance\" \"db\" {\n  identifier = \"db\"\n  multi_az = true\n}\n",
    );
    // Before it in the order of names: overrides are merged after all others.
    let hcl = (
        "infra/a_override.tf",
        "variable \"az\" { default = \"c\" }\nlocals { b = \"eu-west-1d\" }\n\
         resource \"aws_instance\" \"two\" {\n  count = 2\n}\n",
    );
    let json = (
        "infra/override.tf.json",
        "{\"resource\": {\"aws_db_instance\": {\"db\": {\"multi_az\": false, \"availability_zone\": \"eu-west-1a\"}}}}",
    );
    let before = told(&[main]);
    assert_eq!(needs_of(&before, "host:one"), ["on zone:eu-west-1a"]);
    assert_eq!(copies(&before, "store:db").len(), 2);
    let after = told(&[main, hcl, json]);
    assert_eq!(needs_of(&after, "host:one"), ["on zone:eu-west-1c"]);
    assert_eq!(copies(&after, "service:two").len(), 2);
    assert_eq!(
        needs_of(&after, "host:aws_instance.two[1]"),
        ["on zone:eu-west-1d"]
    );
    assert_eq!(copies(&after, "store:db"), ["1 on zone:eu-west-1a"]);
    assert!(unread(&after).is_empty(), "{:?}", after.unread);
}

#[test]
fn values_of_variables_are_used_as_terraform_does() {
    let files = [
        (
            "i/main.tf",
            "variable \"az\" { default = \"eu-west-1a\" }\nresource \"aws_instance\" \"a\" {\n  availability_zone = var.az\n}\n",
        ),
        ("i/terraform.tfvars", "az = \"eu-west-1b\"\n"),
        ("i/x.auto.tfvars.json", "{\"az\": \"eu-west-1c\"}"),
        ("i/prod.tfvars", "az = \"eu-west-1d\"\n"),
    ];
    let zone = |facts| needs_of(&facts, "host:aws_instance.a").join(" ");
    assert_eq!(zone(told(&files[..1])), "on zone:eu-west-1a");
    assert_eq!(zone(told(&files[..2])), "on zone:eu-west-1b");
    assert_eq!(zone(told(&files[..3])), "on zone:eu-west-1c");
    assert_eq!(zone(told(&files)), "on zone:eu-west-1c");
    assert_eq!(
        zone(told_of(&["i/prod.tfvars"], &files)),
        "on zone:eu-west-1d"
    );
}

#[test]
fn json_syntax_says_the_same() {
    let facts = told(&[(
        "i/main.tf.json",
        r#"{"variable": {"az": {"default": "eu-west-1a"}},
            "resource": {"aws_instance": {"a": [{"availability_zone": "${var.az}", "tags": {"Name": "web"}}]},
                         "aws_db_instance": {"db": {"identifier": "db", "availability_zone": "eu-west-1b"}},
                         "aws_lambda_function": {"f": {"function_name": "f", "environment": {"variables": {"DB": "${aws_db_instance.db.address}"}}}}}}"#,
    )]);
    assert_eq!(needs_of(&facts, "host:web"), ["on zone:eu-west-1a"]);
    assert_eq!(needs_of(&facts, "service:f"), ["hard store:db"]);
}

#[test]
fn parameters_and_remote_states_are_links() {
    let facts = told(&[
        (
            "db/main.tf",
            "terraform {\n  backend \"s3\" {\n    bucket = \"states\"\n    key = \"db\"\n  }\n}\n\
             resource \"aws_db_instance\" \"db\" {\n  identifier = \"orders\"\n  availability_zone = \"eu-west-1a\"\n}\n\
             resource \"aws_ssm_parameter\" \"host\" {\n  name = \"/orders/host\"\n  value = aws_db_instance.db.address\n}\n\
             resource \"aws_sqs_queue\" \"jobs\" { name = \"jobs\" }\n\
             output \"queue\" { value = aws_sqs_queue.jobs.url }\n",
        ),
        (
            "app/main.tf",
            "data \"aws_ssm_parameter\" \"host\" { name = \"/orders/host\" }\n\
             data \"terraform_remote_state\" \"db\" {\n  backend = \"s3\"\n  config = {\n    bucket = \"states\"\n    key = \"db\"\n  }\n}\n\
             resource \"aws_lambda_function\" \"app\" {\n  function_name = \"app\"\n  environment {\n    variables = {\n      \
             DB_HOST = data.aws_ssm_parameter.host.value\n      QUEUE = data.terraform_remote_state.db.outputs.queue\n    }\n  }\n}\n",
        ),
    ]);
    assert_eq!(
        needs_of(&facts, "service:app"),
        ["hard store:jobs", "hard store:orders"]
    );
}

#[test]
fn depends_on_is_only_for_the_start() {
    let facts = hcl(
        "resource \"aws_instance\" \"a\" {\n  depends_on = [aws_db_instance.db, aws_security_group.s]\n  \
         tags = { Name = \"a\" }\n}\n\
         resource \"aws_db_instance\" \"db\" { identifier = \"db\" }\nresource \"aws_security_group\" \"s\" {}\n",
    );
    assert_eq!(needs_of(&facts, "service:a"), ["start running store:db"]);
    let start = facts
        .requirements
        .iter()
        .find(|r| r.of.text == "service:a")
        .unwrap();
    assert_eq!(start.origin.evidence, crate::words::Evidence::Assumed);
    assert_eq!(unread(&facts), Vec::<&str>::new());
}

#[test]
fn scripts_and_hard_coded_addresses_are_edges() {
    let facts = hcl(
        "resource \"aws_instance\" \"db\" {\n  private_ip = \"10.0.0.5\"\n  tags = { Name = \"db\" }\n}\n\
         resource \"aws_instance\" \"app\" {\n  tags = { Name = \"app\" }\n  user_data = <<-EOT\n    #!/bin/sh\n    \
         export DB_HOST=10.0.0.5\n    PAY_URL=https://api.pay.example.com/v1\n    NTP_SERVER=10.9.9.9\n    \
         until nc -z 10.0.0.5 5432; do sleep 1; done\n  EOT\n}\n",
    );
    assert_eq!(
        needs_of(&facts, "service:app"),
        [
            "hard 10.9.9.9",
            "hard api.pay.example.com",
            "hard service:db"
        ]
    );
    assert!(aliases(&facts).contains(&"10.0.0.5 → service:db".to_owned()));
    assert!(aliases(&facts).contains(&"host:10.0.0.5 → host:db".to_owned()));
}

#[test]
fn a_state_beside_a_configuration_speaks_for_it() {
    let state = r#"{"version": 4, "terraform_version": "1.5.0", "serial": 1, "lineage": "l", "resources": [
        {"mode": "managed", "type": "aws_instance", "name": "a", "instances": [
          {"attributes": {"id": "i-0123456", "availability_zone": "eu-west-1b", "tags": {"Name": "a"}}}]}]}"#;
    let facts = told(&[
        ("i/terraform.tfstate", state),
        (
            "i/main.tf",
            "resource \"aws_instance\" \"a\" {\n  availability_zone = \"eu-west-1a\"\n}\n",
        ),
        (
            "j/main.tf",
            "resource \"aws_instance\" \"b\" {\n  availability_zone = \"eu-west-1c\"\n}\n",
        ),
    ]);
    assert_eq!(needs_of(&facts, "host:a"), ["on zone:eu-west-1b"]);
    assert_eq!(
        needs_of(&facts, "host:aws_instance.b"),
        ["on zone:eu-west-1c"]
    );
    assert_eq!(
        needs(&facts)
            .iter()
            .filter(|line| line.starts_with("host:"))
            .count(),
        2
    );
}
