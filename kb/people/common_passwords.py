"""Passwords of ten and more characters that everybody who guesses tries first."""

from __future__ import annotations

_LISTED = """
    0123456789 0987654321 1111122222 1122334455 11223344556 112233445566 123123123123
    12341234123 1234512345 1234554321 1234567890 12345678910 123456789a 123456abcdef
    123456qwerty 1234qwerasdf 123qweasdzxc 1472583690 159753159753 1a2b3c4d5e 1q2w3e4r5t
    1q2w3e4r5t6y 1qaz2wsx3edc 7777777777 9876543210 a123456789 a1b2c3d4e5 aa123456789 abc1234567
    abc123abc123 abcd123456 abcde12345 abcdefghij abcdefghijk abcdefghijklmnop admin12345
    admin123456 admin123admin adminadmin administrator administrator1 asdfghjkl1 asdfghjkl;
    asdfghjklö autumn2025 barcelona1 baseball123 basketball batman12345 bayernmuenchen
    bayernmünchen borussia09 butterfly1 butterfly12 changeme123 changeme1234 changemenow
    charlie123 chocolate1 chocolate12 computer123 cookie1234 correcthorsebatterystaple
    default123 deutschland deutschland1 dragon12345 flower1234 football123 freedom123
    frühling2026 ganzgeheim geheim1234 geheim12345 hallo12345 hallo123456 hallohallo
    hallowelt123 hello12345 hello123456 helloworld helloworld1 helloworld123 herbst2025
    ichliebedich iloveyou!! iloveyou12 iloveyou123 iloveyou1234 internet123 jennifer123
    jordan2323 kennwort123 kennwort1234 letmein123 letmein1234 letmeinnow liverpool1
    liverpool123 login12345 lovelovelove manchester manchester1 master12345 meinpasswort
    meinpasswort1 michael123 minecraft123 monkey12345 mypassword mypassword1 neuespasswort
    newpassword newpassword1 p@ssw0rd123 p@ssw0rd1234 p@ssword123 passw0rd123 password!!
    password12 password123 password123! password1234 password12345 password123456
    passwordpassword passwort12 passwort123 passwort1234 passwort12345 pokemon123 princess123
    q1w2e3r4t5 q1w2e3r4t5y6 qweasdzxc123 qwerty!@#$ qwerty1234 qwerty12345 qwerty123456
    qwertyuiop qwertzuiop qwertzuiopü realmadrid1 rootrootroot samsung123 schalke1904
    schatz12345 secret12345 secret123456 sommer2023 sommer2024 sommer2025 sommer2026 spring2026
    starwars123 summer2023 summer2024 summer2025 summer2026 sunshine123 superman123 superuser1
    test123456 test1234567 test12345678 tester1234 testtest12 testtest123 topsecret1
    trustno1trustno1 welcome123 welcome1234 welcome12345 welcome2023 welcome2024 welcome2025
    welcome2026 whatever123 winter2023 winter2024 winter2025 winter2026 yourpassword yxcvbnm123
    zaq12wsxcde3 zxcvbnm123
"""
COMMON = frozenset(_LISTED.split())
"""In lower case. Made by hand of the patterns that lead every published list of stolen ones."""
