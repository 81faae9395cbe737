//! Dutch.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            hallo, hoi, hey, hi, dag, goedemorgen, goedemiddag, goedenavond, goedendag, \
            goeiedag, hoe gaat het, alles goed, is er iemand, iemand daar, beste, allemaal, en"),
        (Cue::SmallTalk, "\
            bedankt, dank je*, dank u*, dankjewel, super, nee, begrepen, alsjeblieft, \
            alstublieft, doei, fijne dag, ben je een bot, haha*, een momentje, ik kijk alleen, \
            wel, dank je wel, dank u wel, heel"),
        (Cue::Opener, "\
            kun je me helpen, kunt u mij helpen, kan je me helpen, kunnen jullie me helpen, \
            zou u mij kunnen helpen, kan iemand me helpen, ik heb hulp nodig, hulp nodig, hulp, \
            help, ik heb een vraag, ik heb een vraagje, een vraag, vraagje, ik had een vraag, \
            ik heb een probleem, een probleem, mag ik iets vragen, met iets"),
        (Cue::Yes, "\
            ja, jawel, ok, oke, graag, prima, natuurlijk, zeker, goed, is goed, klopt, precies, \
            perfect, doe maar, ja graag, top"),
        (Cue::No, "\
            nee, neen, nooit, echt niet"),
        (Cue::Send, "\
            me ~ sturen, mij ~ sturen, me ~ mailen, mij ~ mailen, stuur me, stuur mij, \
            mij ~ toesturen, me ~ toesturen, opsturen, per mail, per e mail, via mail, \
            via de mail, naar mijn mail, een offerte, kopie van de factuur, mailen, \
            laat me weten, op de hoogte"),
        (Cue::Book, "\
            boeken, reserveren, een reservering, een afspraak, afspraak maken, tafel voor, \
            inplannen, me aanmelden, bezichtig*, een kamer, een tafel, reservatie"),
        (Cue::Call, "\
            terugbellen, teruggebeld, me bellen, mij bellen, bel me, gebeld worden, belafspraak, \
            telefonisch, mij ~ terugbellen, me ~ terugbellen, mij ~ bellen, me ~ bellen"),
        (Cue::Human, "\
            met een mens, met iemand spreken, iemand spreken, een medewerker, echt persoon, \
            echte persoon, klantenservice, een adviseur, neem contact met mij, \
            contact met mij opnemen, contact met me opnemen"),
        (Cue::Returning, "\
            ik ben al klant, ben al klant, ik ben klant, daar ben ik weer, ik ben het weer, \
            vorige keer, heb eerder gemaild, ik had al contact, ik heb al eens besteld, \
            eerder besteld, ik heb al een account, vaste klant"),
        (Cue::Matter, "\
            mijn bestelling, mijn account, mijn pakket*, mijn levering, mijn terugbetaling, \
            mijn retour, mijn boeking, mijn reservering, mijn afspraak, mijn vlucht, \
            mijn factuur, mijn betaling, mijn abonnement, mijn polis, mijn pas, mijn wachtwoord, \
            mijn saldo, mijn contract, ik heb ~ besteld, ik heb ~ gekocht, niet aangekomen, \
            niet ontvangen, dubbel afgeschreven, ben ~ kwijt, wachtwoord vergeten, \
            kan niet inloggen, waar is mijn, waar blijft"),
        (Cue::Topic, "\
            bestelling, ordernummer, account, rekening, pakket, pakketje, levering, bezorging, \
            zending, terugbetaling, retour, boeking, reservering, afspraak, vlucht, ticket, \
            stoel, factuur, betaling, incasso, abonnement, contract, polis, schade, schadeclaim, \
            claim, pas, pinpas, creditcard, saldo, wachtwoord, profiel, verzekering, adres, \
            aankoop, overschrijving, garantie, reparatie, scherm, software, app, update, fout, \
            foutmelding, storing, server, verbinding, internet, annuleren, annulering, opzeggen, \
            opzegging, ruilen, terugsturen, retourneren, bagage, kapot, beschadigd, defect, \
            fraude, gestolen, kwijt, kosten, lening, licentie, status, noodgeval, recept, \
            dokter, klacht, aanmaning, probleem, werkt niet, doet het niet, traag, \
            gaat niet open, ongeluk"),
        (Cue::Want, "\
            ik wil, ik wilde, ik zou graag, ik zou willen, ik heb nodig, ik moet, ik probeer, \
            wij willen, we willen, we zouden graag, wil ik, wil graag, zou ik graag, nodig"),
        (Cue::Know, "\
            weten, informatie over, info over, vraag me af, uitleggen, meer over, of jullie, \
            of u, of je"),
        (Cue::Explore, "\
            ik zoek, zoek, op zoek, aanraden, aanbevel*, advies, wat hebben jullie, opties, \
            vergelijk*, beste, goedkoopste, verkopen jullie, hebben jullie ook"),
        (Cue::Own, "\
            mijn, onze"),
        (Cue::Polite, "\
            kunt u, kun je, kan je, kunnen jullie, zou u, zou je, kan ik, mag ik, zou ik, graag, \
            alsjeblieft, alstublieft, aub, is het mogelijk"),
        (Cue::Question, "\
            wat, wanneer, waar, wie, waarom, hoe, welke, kunt u, kun je, kunnen jullie, \
            hebben jullie, heeft u, is er, zijn er, kan ik, mag ik"),
        (Cue::Angry, "\
            belachelijk, onacceptabel, schandalig, schande, waardeloos, verschrikkelijk, \
            woedend, boos, kwaad, zat, oplicht*, klote*, kut*, verdomme, dieven, advocaat, \
            nog steeds niet, hoe vaak, niemand reageert, niemand antwoordt, nooit meer, \
            incompetent, slechtste"),
        (Cue::Refuse, "\
            liever niet, wil ik niet, geef ik niet, ik wil niet, waarom heb je, waarom heeft u, \
            waarom wil je, waarvoor heb je, waarvoor heeft u, niet nodig, is prive, \
            gaat je niets aan, anoniem"),
        (Cue::Evade, "\
            niet nu, nu niet, later, nee bedankt, nee dank je, nee dank u, heb ik niet, \
            heb geen, weet ik niet uit mijn hoofd, een andere keer, nog niet, eerst"),
        (Cue::Unsure, "\
            weet niet, weet ik niet, geen idee, niet zeker, momentje, even kijken, even wachten, \
            hangt ervan af"),
        (Cue::Not, "\
            niet, geen, zonder, nooit, hoeft niet"),
        (Cue::Email, "\
            mail, e mail, email, mailadres, emailadres"),
        (Cue::Phone, "\
            telefoonnummer, telefoon, mobiel*, uw nummer, je nummer, mijn nummer, gsm"),
        (Cue::AsksName, "\
            uw naam, je naam, jouw naam, uw volledige naam, voor en achternaam, hoe heet, \
            met wie, op welke naam, mijn naam"),
        (Cue::AsksEmail, "\
            uw e mail*, uw mail*, uw email*, je e mail*, je mail*, je email*, e mailadres, \
            emailadres, mailadres, welk e mailadres, welk mailadres"),
        (Cue::AsksPhone, "\
            uw telefoonnummer, je telefoonnummer, uw nummer, je nummer, telefoonnummer, \
            uw mobiele, welk nummer, een telefoonnummer"),
        (Cue::Imperative, "\
            alstublieft, graag, geef, geeft u, vul, laat, vertel, mag ik, kunt u, kun je, \
            heb ik nodig, stuur, noem, bevestig"),
        (Cue::OffersSend, "\
            u ~ sturen, je ~ sturen, u ~ toesturen, je ~ toesturen, u ~ mailen, je ~ mailen, \
            opsturen"),
        (Cue::OffersBook, "\
            boeken, reserveren, inplannen, een afspraak"),
        (Cue::OffersCall, "\
            u ~ bellen, u ~ terugbellen, je ~ bellen, je ~ terugbellen"),
    ],
    lines: Lines {
        email_send: "Dat stuur ik u graag. Naar welk e-mailadres?",
        email_book: "Naar welk e-mailadres mag de bevestiging?",
        email_handoff: "Zodat het antwoord u ook bereikt als u de chat verlaat: wat is uw e-mailadres?",
        email_returning: "Fijn dat u er weer bent! Welk e-mailadres gebruikte u eerder, zodat ik uw gegevens kan vinden?",
        name_book: "Graag. Op welke naam mag ik boeken?",
        name_call: "Graag. Naar wie mogen we vragen als we bellen?",
        name_matter: "Daar help ik u mee. Mag ik uw volledige naam, zodat ik het kan nakijken?",
        phone_book: "En een telefoonnummer, voor als er iets verandert?",
        phone_call: "Op welk nummer kunnen we u bereiken?",
        confirm_on_file: "Fijn dat u er weer bent! Klopt het e-mailadres dat we van u hebben{value} nog?",
        confirm_slip: "Voor de zekerheid: bedoelde u {value}?",
    },
};
