//! Inputs of strangers: nothing read, nothing shown, nothing that doesn't end.

use super::{hcl, ids, told, unread};

#[test]
fn circles_end() {
    let facts = told(&[
        (
            "i/main.tf",
            "locals {\n  a = local.b\n  b = local.a\n}\n\
             resource \"aws_instance\" \"a\" {\n  availability_zone = local.a\n  tags = { Name = aws_instance.b.tags.Name }\n}\n\
             resource \"aws_instance\" \"b\" {\n  tags = { Name = aws_instance.a.tags.Name }\n  subnet_id = aws_instance.a.id\n}\n\
             module \"self\" { source = \"./\" }\nmodule \"up\" { source = \"./sub\" }\n",
        ),
        (
            "i/sub/main.tf",
            "module \"back\" { source = \"../\" }\nresource \"aws_sqs_queue\" \"q\" { name = \"q\" }\n",
        ),
    ]);
    // Directories that call each other are nobody's root.
    assert!(facts.problems.is_empty());
    let alone = hcl(
        "locals {\n  a = local.b\n  b = local.a\n}\nresource \"aws_instance\" \"a\" {\n  availability_zone = local.a\n}\n",
    );
    assert!(
        unread(&alone)[0].contains("leads back to itself"),
        "{:?}",
        alone.unread
    );
}

#[test]
fn long_chains_and_large_counts_end() {
    let mut text = String::from("locals {\n  a0 = \"eu-west-1a\"\n");
    for number in 1..3_000 {
        let before = number - 1;
        text.extend([format!("  a{number} = local.a{before}\n")]);
    }
    text.push_str("}\nresource \"aws_instance\" \"a\" {\n  availability_zone = local.a2999\n}\n");
    text.push_str("resource \"aws_instance\" \"b\" { count = 4000000000 }\n");
    text.push_str("resource \"aws_instance\" \"c\" {\n  for_each = toset(range(9999999999))\n}\n");
    let facts = hcl(&text);
    let said = unread(&facts).join("\n");
    assert!(said.contains("too deeply"), "{said}");
    assert!(said.contains("how many `aws_instance.b`"), "{said}");
}

#[test]
fn loops_inside_loops_are_paid_for() {
    let text = "locals {\n  a = range(2000)\n  b = [for x in local.a : [for y in local.a : [for z in local.a : z]]]\n}\n\
                resource \"aws_instance\" \"a\" {\n  availability_zone = local.b[0][0][0]\n}\n";
    let facts = hcl(text);
    assert!(
        facts
            .problems
            .iter()
            .any(|problem| problem.message.contains("too large")),
        "{:?}",
        facts.problems
    );
}

#[test]
fn secrets_are_in_no_fact() {
    let facts = hcl(
        "variable \"hidden\" {\n  sensitive = true\n  default = \"swordfish\"\n}\n\
         resource \"aws_db_instance\" \"db\" {\n  identifier = var.hidden\n  password = \"hunter22\"\n}\n\
         resource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\"\n  environment {\n    variables = {\n      \
         A = \"postgres://u:hunter22@db.internal/x\"\n      B = var.hidden\n      C = sensitive(\"swordfish\")\n    }\n  }\n}\n",
    );
    let all = format!("{facts:?}");
    assert!(
        !all.contains("hunter22") && !all.contains("swordfish"),
        "{all}"
    );
    assert!(ids(&facts).contains(&"store:aws_db_instance.db".to_owned()));
}
