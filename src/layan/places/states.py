"""The states of Malaysia, as the source of public holidays names them."""

#: Code of the `holidays` library -> name, in Malay as the states write themselves.
STATES = {
    "JHR": "Johor",
    "KDH": "Kedah",
    "KTN": "Kelantan",
    "MLK": "Melaka",
    "NSN": "Negeri Sembilan",
    "PHG": "Pahang",
    "PNG": "Pulau Pinang",
    "PRK": "Perak",
    "PLS": "Perlis",
    "SBH": "Sabah",
    "SWK": "Sarawak",
    "SGR": "Selangor",
    "TRG": "Terengganu",
    "KUL": "Wilayah Persekutuan Kuala Lumpur",
    "LBN": "Wilayah Persekutuan Labuan",
    "PJY": "Wilayah Persekutuan Putrajaya",
}
