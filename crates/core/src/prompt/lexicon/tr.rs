//! Turkish.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            merhaba*, selam*, selamlar, iyi gunler, gunaydin, iyi aksamlar, iyi geceler, \
            kolay gelsin, nasilsiniz, nasilsin, kimse var mi, orada kimse var mi, orda misiniz, \
            sayin, herkese, ve, aleykum"),
        (Cue::SmallTalk, "\
            tesekkur*, tesekkur ederim, cok tesekkurler, sagol*, sag olun, cok, harika, hayir, \
            anladim, gorusuruz, hosca kal*, bot musun, haha*, bir dakika, sadece bakiyorum"),
        (Cue::Opener, "\
            yardimci olur musunuz, yardimci olabilir misiniz, yardim eder misiniz, \
            yardim edebilir misiniz, yardim eder misin, bana yardim, yardim, \
            yardima ihtiyacim var, yardim lazim, bir sorum var, sorum var, bir sorum olacakti, \
            bir sorunum var, sorunum var, bir problemim var, bir sey sorabilir miyim, \
            bir sey soracaktim, bir konuda"),
        (Cue::Yes, "\
            evet, tamam, tabii, tabi, elbette, olur, peki, lutfen, aynen, dogru, memnuniyetle, \
            super, uygun"),
        (Cue::No, "\
            hayir, yok, asla, olmaz"),
        (Cue::Send, "\
            gonderir mi*, gonderebilir mi*, gonderin, gonderirseniz, gondermenizi, bana gonder*, \
            yollar mi*, yollayin, yollayabilir mi*, mail at*, mail ile, e posta ile, eposta ile, \
            e postayla, mailime, e postama, iletir mi*, teklif almak, fiyat teklifi, katalog, \
            haber ver*"),
        (Cue::Book, "\
            rezervasyon*, randevu*, yer ayirt*, masa ayirt*, rezerve, gezmek, oda ayirt*, \
            yer ayir*"),
        (Cue::Call, "\
            beni ara*, arar misiniz, arayabilir mi*, geri ara*, aranmak, telefonla gorus*, \
            telefon acar, aramanizi"),
        (Cue::Human, "\
            bir insanla, biriyle konus*, temsilci*, yetkili*, gercek kisi, gercek biri, \
            musteri hizmetleri, danisman*, benimle iletisime, bana ulas*"),
        (Cue::Returning, "\
            musterinizim, eski musteri*, yine ben, tekrar ben, geri geldim, daha once yaz*, \
            daha once konus*, gecen sefer, daha once siparis, zaten hesabim, daha once alisveris"),
        (Cue::Matter, "\
            siparisim*, hesabim*, kargom*, paketim*, teslimatim*, iadem*, rezervasyonum*, \
            randevum*, ucusum*, biletim*, faturam*, odemem*, aboneligim*, policem*, kartim*, \
            sifrem*, bakiyem*, sozlesmem*, iptal, siparis verdim, satin aldim, gelmedi, \
            ulasmadi, hasarli, kaybettim, giris yapamiyorum, para iadesi, iade"),
        (Cue::Topic, "\
            siparis*, hesap*, kargo*, paket*, teslimat*, iade*, rezervasyon*, randevu*, ucus*, \
            bilet*, koltuk*, fatura*, odeme*, abonelik*, police*, hasar*, kart*, bakiye*, \
            sifre*, profil*, sigorta*, adres*, sozlesme*, havale*, garanti*, tamir*, ekran*, \
            uygulama*, guncelleme*, hata*, sunucu*, baglanti*, internet*, iptal*, degisim*, \
            degistir*, bagaj*, bozul*, bozuk*, kirik*, kirildi*, dolandir*, calindi*, calin*, \
            kayip*, kaybol*, kredi*, lisans*, durumu*, acil*, recete*, doktor*, ucret*, sorun*, \
            calismiyor, acilmiyor, yavas, ariza*, kaza*, unuttum"),
        (Cue::Want, "\
            istiyorum, isterim, istemistim, ihtiyacim, istiyoruz, lazim, gerekiyor, \
            rica ediyorum, almak istiyorum, calisiyorum"),
        (Cue::Know, "\
            ogrenmek, bilgi almak, hakkinda bilgi, bilmek, merak ediyorum, aciklar misiniz"),
        (Cue::Explore, "\
            ariyorum, bakiyorum, onerir*, oneri*, tavsiye*, neler var, secenek*, karsilastir*, \
            en iyi, en ucuz, satiyor musunuz, var mi acaba"),
        (Cue::Own, "\
            benim, siparisim*, hesabim*, kartim*, faturam*, param*, bizim"),
        (Cue::Polite, "\
            misiniz, musunuz, miyim, muyum, miyiz, lutfen, rica etsem, mumkun mu, olur mu, \
            mumkunse"),
        (Cue::Question, "\
            ne, ne zaman, nerede, kim, neden, niye, nasil, hangi, kac, var mi, misiniz, musunuz, \
            mi"),
        (Cue::Angry, "\
            rezalet, kabul edilemez, sacmalik, berbat, korkunc, sinirli*, kizgin*, biktim, \
            yeter artik, dolandirici*, dolandiril*, lanet, hirsiz*, avukat*, hala bekliyorum, \
            kac kere, kac defa, kimse cevap, bir daha asla, skandal, utanc*, aptal*, sikayet*"),
        (Cue::Refuse, "\
            vermek istemiyorum, vermem, vermeyecegim, paylasmak istemiyorum, paylasmam, \
            neden istiyorsunuz, niye istiyorsunuz, neden gerekli, neden lazim, gerek yok, \
            gerekli degil, ozel bilgi, ozel, anonim, istemiyorum"),
        (Cue::Evade, "\
            simdi degil, daha sonra, sonra, hayir tesekkur*, numaram yok, e postam yok, \
            mailim yok, yok bende, hatirlamiyorum, baska zaman, once, henuz degil"),
        (Cue::Unsure, "\
            bilmiyorum, emin degilim, bir dakika, bekleyin, bakmam lazim, duruma gore, dusuneyim"),
        (Cue::Not, "\
            aramayin*, arama, gondermeyin*, gonderme, istemiyorum, istemem, gerek yok, \
            almak istemiyorum"),
        (Cue::Email, "\
            e posta*, eposta*, mail*, email*, e mail*"),
        (Cue::Phone, "\
            telefon*, cep telefon*, numaraniz*, numaran*, numaram*, gsm"),
        (Cue::AsksName, "\
            adiniz*, adin ne, isminiz*, ismin ne, adiniz soyadiniz, kiminle gorusuyorum, \
            kimin adina, adim*, ismim*"),
        (Cue::AsksEmail, "\
            e posta adres*, eposta adres*, e postaniz*, epostaniz*, mail adres*, mailiniz*, \
            email adres*, hangi e posta, hangi mail"),
        (Cue::AsksPhone, "\
            telefon numara*, telefonunuz*, numaraniz*, numaran*, cep telefonunuz*, hangi numara*"),
        (Cue::Imperative, "\
            lutfen, yazin, yaziniz, paylasin, soyleyin, verin, belirtin, iletin, alabilir miyim, \
            rica ederim, girin"),
        (Cue::OffersSend, "\
            size gonder*, sana gonder*, size ileteyim, size yollayayim, size mail at*"),
        (Cue::OffersBook, "\
            rezervasyon yap*, randevu olustur*, randevu ayarla*, yer ayirtay*"),
        (Cue::OffersCall, "\
            sizi arayalim, sizi arayayim, sizi ara*, seni ara*, geri arayalim"),
    ],
    lines: Lines {
        email_send: "Memnuniyetle gönderirim. Hangi e-posta adresine göndereyim?",
        email_book: "Onayı hangi e-posta adresine gönderelim?",
        email_handoff: "Sohbetten ayrılsanız bile yanıtın size ulaşması için e-posta adresiniz nedir?",
        email_returning: "Sizi yeniden görmek güzel! Kaydınızı bulabilmem için daha önce hangi e-posta adresini kullanmıştınız?",
        name_book: "Memnuniyetle. Rezervasyonu kimin adına yapayım?",
        name_call: "Memnuniyetle. Aradığımızda kimi soralım?",
        name_matter: "Yardımcı olayım. Kontrol edebilmem için adınızı ve soyadınızı alabilir miyim?",
        phone_book: "Bir değişiklik olursa diye telefon numaranızı da alabilir miyim?",
        phone_call: "Size hangi numaradan ulaşabiliriz?",
        confirm_on_file: "Sizi yeniden görmek güzel! Kayıtlı e-posta adresiniz{value} hâlâ geçerli mi?",
        confirm_slip: "Emin olmak için: {value} mi demek istediniz?",
    },
};
