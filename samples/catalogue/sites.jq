# A list of data centres; each hangs on one or two utility feeds.
{
  domains: (
    [.[] | {
      id: "site:\(.code)",
      title: .name,
      in: "region:\(.country | ascii_downcase)",
      requires: [{any: [.feeds[] | "power:\(.)"]}]
    }]
    + ([.[].feeds[]] | unique | map({id: "power:\(.)"}))
    + ([.[].country | ascii_downcase] | unique | map({id: "region:\(.)"}))
  )
}
