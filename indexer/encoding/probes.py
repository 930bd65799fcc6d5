"""Support texts of several lengths and languages that every exported model is tried on."""

from __future__ import annotations

PROBE_TEXTS = (
    "refund",
    "E-17?",
    "Where is my order?",
    "How do I reset my password?",
    "I cannot sign in any more since the update.",
    "Can I change the delivery address after I have paid?",
    "The invoice shows the wrong VAT number, please send a corrected one.",
    "Which adapter do I need for a 230 V socket?",
    "The left earbud does not charge although the case is full.",
    "Is there a warranty on the battery and how long does it last?",
    "My parcel says delivered but nothing arrived, and the neighbours have not got it either.",
    "How can I cancel my subscription before the trial ends?",
    "The app crashes on start with the message 'unexpected token'. Phone: Android, 64 GB.",
    "Do you ship to Norway, and who pays the customs duty?",
    "I would like to return two of the three items; may I send them back in one box?",
    "The screen stays black after the firmware update, only the light on the side blinks red.",
    "Please delete my account and all the data that you hold about me.",
    "The discount code from your newsletter is refused at the checkout.",
    "Wie setze ich mein Passwort zurück?",
    "Wo bleibt meine Bestellung? Sie sollte schon am Montag da sein.",
    "Die Maschine heizt nicht mehr auf, obwohl sie erst drei Monate alt ist.",
    "Ich möchte die Rechnung auf meine Firma umschreiben lassen.",
    "Comment puis-je retourner un article acheté en magasin ?",
    "¿Cuánto tarda en llegar el pedido a Sevilla?",
    "注文をキャンセルしたいです。",
    "After the last update the thermostat forgets its schedule every night. I have already taken "
    "out the batteries, reset it twice, connected it to the network again and removed it from the "
    "app. For one day everything is fine, then the heating starts at three in the morning and the "
    "display shows a clock symbol that the manual does not mention. The hub is next to it, the "
    "signal is strong, and the two other thermostats in the house work as they should. What else "
    "can I try before I send it in, and will I get a replacement in the meantime? It is cold here.",
)
