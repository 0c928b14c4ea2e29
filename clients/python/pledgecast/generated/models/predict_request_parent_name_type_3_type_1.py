from enum import StrEnum


class PredictRequestParentNameType3Type1(StrEnum):
    ART = "Art"
    COMICS = "Comics"
    CRAFTS = "Crafts"
    DANCE = "Dance"
    DESIGN = "Design"
    FASHION = "Fashion"
    FILM_VIDEO = "Film & Video"
    FOOD = "Food"
    GAMES = "Games"
    JOURNALISM = "Journalism"
    MUSIC = "Music"
    PHOTOGRAPHY = "Photography"
    PUBLISHING = "Publishing"
    TECHNOLOGY = "Technology"
    THEATER = "Theater"
    VALUE_0 = "(unknown)"

    def __str__(self) -> str:
        return str(self.value)
