//! Nested requirements become groups; modes follow from members.
